import { epochParts } from '@weft/protocol'
import { assertTime } from '../checked-arguments.ts'
import {
  type ByteRange,
  type DocumentFiles,
  type FileLimits,
  FileNotFoundError,
  FilesFullError,
  type FileRecord,
  type NewFile,
  type PutFile,
} from '../document-files.ts'
import { CorruptRecordError, DocumentDeletedError, DocumentNotFoundError, StoreUnavailableError } from '../errors.ts'
import {
  decodeFileRecord,
  encodeFileRecord,
  fileChunks,
  inOrder,
  openFileChunk,
  readChunks,
  recordOf,
  shown,
  type StoredFileRecord,
} from '../file-codec.ts'
import { randomId } from '../random-id.ts'
import type { DocumentAccess } from './document-access.ts'
import { bytesIn, fieldsIn, maybeBytesIn, textIn } from './reply.ts'
import { finishFileScript, removeFileScript, writeFileChunkScript } from './scripts/files.ts'
import { formatArguments } from './scripts/format-check.ts'

/** Chunks of a file that was not finished are gone after this time, in milliseconds. */
const abandonedAfter = 10 * 60_000
/** Chunks of a file that was removed stay so long for those who are reading them, in milliseconds. */
const removedAfter = 30_000
/** Chunks of 256 KiB that are on their way at once. */
const chunksInFlight = 2

/** A file as the hash of a document's files has it. */
interface StoredFile {
  /** Where its chunks are. */
  readonly name: string
  readonly record: StoredFileRecord
}

/** Files in Redis, beside their documents and in the same hash slot. */
export class RedisFiles implements DocumentFiles {
  readonly #access: DocumentAccess

  constructor(access: DocumentAccess) {
    this.#access = access
  }

  async put(document: string, file: NewFile, limits: FileLimits): Promise<PutFile> {
    assertTime(file.created)
    const record = recordOf(file)
    for (;;) {
      const life = await this.#life(document)
      const present = await this.#find(document, life, record.hash)
      if (present !== undefined) return { record: shown(present.record), added: false }
      const name = randomId()
      const outcome = await this.#write(document, life, name, { record, content: file.content }, limits)
      if (outcome === 'done') return { record: shown(record), added: true }
      const keys = this.#access.keys(document)
      await this.#access.call(document, keys.fileChunks(life, name), 'UNLINK', [])
      if (outcome === 'full') throw new FilesFullError(document, limits)
      if (outcome === 'missing') throw new DocumentNotFoundError(document)
      // Which of the two errors it is, or in which format, the head says.
      if (outcome === 'deleted' || outcome === 'format') await this.#access.head(document)
      if (outcome === 'deleted') throw new DocumentDeletedError(document)
      if (outcome === 'late') throw new StoreUnavailableError('a file took too long to be written: try again')
    }
  }

  async list(document: string): Promise<readonly FileRecord[]> {
    const key = this.#access.keys(document).files(await this.#life(document))
    const fields = fieldsIn(await this.#access.call(document, key, 'HGETALL', []))
    return inOrder([...fields.values()].map((value) => this.#decode(document, value).record))
  }

  async get(document: string, hash: string): Promise<FileRecord | undefined> {
    const file = await this.#find(document, await this.#life(document), hash)
    return file && shown(file.record)
  }

  async *read(document: string, hash: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const life = await this.#life(document)
    const file = await this.#find(document, life, hash)
    if (file === undefined) throw new FileNotFoundError(document, hash)
    const { record, name } = file
    const key = this.#access.keys(document).fileChunks(life, name)
    yield* readChunks(document, record, range ?? { start: 0, end: record.bytes }, async (number) => {
      const sealed = maybeBytesIn(await this.#access.call(document, key, 'HGET', [number]))
      if (sealed !== undefined) return openFileChunk(sealed, document, number, this.#access.formats)
      const found = await this.#find(document, life, hash)
      if (found?.name !== name) throw new FileNotFoundError(document, hash)
      throw new CorruptRecordError(document, undefined, `chunk ${number} of a file is missing`)
    })
  }

  async remove(document: string, hash: string): Promise<boolean> {
    const life = await this.#life(document)
    const file = await this.#find(document, life, hash)
    if (file === undefined) return false
    const keys = this.#access.keys(document)
    const files = keys.files(life)
    const reply = await this.#access.append(document, files, {
      script: removeFileScript,
      keys: [files, keys.fileChunks(life, file.name)],
      args: [hash, file.name, removedAfter],
      wrote: (removed) => removed === 1,
    })
    return reply === 1
  }

  async #write(
    document: string,
    life: string,
    name: string,
    { record, content }: { readonly record: StoredFileRecord; readonly content: Uint8Array },
    limits: FileLimits,
  ): Promise<string> {
    const { formats } = this.#access
    const keys = this.#access.keys(document)
    const chunks = keys.fileChunks(life, name)
    const inFlight = new Set<Promise<unknown>>()
    let count = 0
    for (const chunk of fileChunks(content, formats)) {
      while (inFlight.size >= chunksInFlight) await Promise.race(inFlight)
      const written = this.#access.run(document, writeFileChunkScript, [chunks], [abandonedAfter, count, chunk])
      count++
      inFlight.add(written)
      // Its failure is seen by whoever waits for all of them.
      void written.then(() => inFlight.delete(written)).catch(() => {})
    }
    await Promise.all(inFlight)
    const sealed = encodeFileRecord(record, formats)
    const bounds = [count, limits.files, limits.bytes]
    const reply = await this.#access.append(document, keys.head, {
      script: finishFileScript,
      keys: [keys.head, keys.files(life), chunks],
      args: [`${life}.`, record.hash, name, record.bytes, sealed, ...bounds, ...formatArguments(formats)],
      wrote: (outcome) => textIn(outcome) === 'done',
    })
    return textIn(reply)
  }

  async #find(document: string, life: string, hash: string): Promise<StoredFile | undefined> {
    const key = this.#access.keys(document).files(life)
    const value = maybeBytesIn(await this.#access.call(document, key, 'HGET', [hash]))
    return value && this.#decode(document, value)
  }

  #decode(document: string, value: Buffer): StoredFile {
    const nameEnd = value.indexOf(' ')
    const bytesEnd = value.indexOf(' ', nameEnd + 1)
    if (nameEnd < 1 || bytesEnd === -1) {
      throw new CorruptRecordError(document, undefined, 'the record of a file is cut short')
    }
    const record = decodeFileRecord(bytesIn(value.subarray(bytesEnd + 1)), document, this.#access.formats)
    return { name: value.toString('latin1', 0, nameEnd), record }
  }

  /** @throws as `head` */
  async #life(document: string): Promise<string> {
    const { epoch } = (await this.#access.head(document)).place
    return lifeText(epoch)
  }
}

/** What names one life of a document in keys: the beginning of all of its epochs. */
export function lifeText(epoch: string): string {
  const { life, origin } = epochParts(epoch)
  return `${life}.${origin}`
}
