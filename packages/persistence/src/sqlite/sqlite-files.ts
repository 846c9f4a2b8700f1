import { randomInt } from 'node:crypto'
import { assertTime } from '../checked-arguments.ts'
import {
  type ByteRange,
  type DocumentFiles,
  type FileLimits,
  FileNotFoundError,
  type FileRecord,
  type NewFile,
  type PutFile,
} from '../document-files.ts'
import { encodeFileRecord, fileChunks, inOrder, readChunks, recordOf, shown } from '../file-codec.ts'
import type { Formats } from '../formats.ts'
import type { Performer } from './performer.ts'
import type { ReadThread } from './read-thread.ts'

/** What the files are made with. */
export interface SqliteFilesParts {
  readonly writes: Performer
  readonly reads: ReadThread
  readonly formats: Formats
  /** Begins to take away what is gone. */
  readonly sweep: () => void
}

/**
 * Files in the store's database, so that they are backed up, synced and erased with their documents. Each chunk is a
 * transaction of its own, and what others commit goes between.
 */
export class SqliteFiles implements DocumentFiles {
  readonly #parts: SqliteFilesParts
  readonly #reads: Pick<DocumentFiles, 'list' | 'read'>

  constructor(parts: SqliteFilesParts) {
    this.#parts = parts
    this.#reads = fileReads(parts.reads)
  }

  async put(document: string, file: NewFile, limits: FileLimits): Promise<PutFile> {
    assertTime(file.created)
    const { writes, formats, sweep } = this.#parts
    const record = recordOf(file)
    const { hash, bytes } = record
    const key = randomInt(1, 2 ** 47)
    const sealed = encodeFileRecord(record, formats)
    const begin = { type: 'begin-file', document, file: key, hash, bytes, lengths: [sealed.byteLength] } as const
    try {
      let first = 0
      let added = await writes.decide(begin, document, [sealed])
      for (const chunk of added ? fileChunks(file.content, formats) : []) {
        const lengths = [chunk.byteLength]
        await writes.decide({ type: 'write-file-chunks', file: key, first, lengths }, document, [chunk])
        first++
      }
      if (added) added = await writes.decide({ type: 'finish-file', document, file: key, limits }, document)
      if (added) return { record: shown(record), added }
    } catch (error) {
      await writes.perform({ type: 'abandon-file', file: key }, document).catch(() => {})
      throw error
    } finally {
      sweep()
    }
    const present = await this.get(document, hash)
    // Removed since: then it is put after all.
    return present === undefined ? await this.put(document, file, limits) : { record: present, added: false }
  }

  list(document: string): Promise<readonly FileRecord[]> {
    return this.#reads.list(document)
  }

  async get(document: string, hash: string): Promise<FileRecord | undefined> {
    const [record] = await this.#parts.reads.files(document, hash)
    return record && shown(record)
  }

  read(document: string, hash: string, range?: ByteRange): AsyncIterable<Uint8Array> {
    return this.#reads.read(document, hash, range)
  }

  async remove(document: string, hash: string): Promise<boolean> {
    const removed = await this.#parts.writes.decide({ type: 'remove-file', document, hash }, document)
    this.#parts.sweep()
    return removed
  }
}

/** What can be done with files without writing. */
export function fileReads(reads: ReadThread): Pick<DocumentFiles, 'list' | 'read'> {
  return {
    list: async (document) => inOrder(await reads.files(document)),
    read: (document, hash, range) => readFile(reads, document, hash, range),
  }
}

async function* readFile(
  reads: ReadThread,
  document: string,
  hash: string,
  range: ByteRange | undefined,
): AsyncGenerator<Uint8Array> {
  const [record] = await reads.files(document, hash)
  if (record === undefined) throw new FileNotFoundError(document, hash)
  yield* readChunks(document, record, range ?? { start: 0, end: record.bytes }, async (number) => {
    const content = await reads.fileChunk(document, hash, number)
    if (content === undefined) throw new FileNotFoundError(document, hash)
    return content
  })
}
