import type { ByteRange, DocumentFiles, FileLimits, FileRecord, NewFile, PutFile } from '../document-files.ts'
import { FileNotFoundError, FilesFullError } from '../document-files.ts'
import { inOrder, readChunks, recordOf, shown } from '../file-codec.ts'
import type { MemoryDocuments } from './memory-documents.ts'

/** Files in memory, gone with their process. */
export class MemoryFiles implements DocumentFiles {
  readonly #documents: MemoryDocuments

  constructor(documents: MemoryDocuments) {
    this.#documents = documents
  }

  async put(document: string, file: NewFile, limits: FileLimits): Promise<PutFile> {
    const { files } = this.#documents.live(document)
    const record = recordOf(file)
    const present = files.get(record.hash)
    if (present !== undefined) return { record: shown(present.record), added: false }
    const bytes = [...files.values()].reduce((sum, other) => sum + other.record.bytes, record.bytes)
    if (files.size >= limits.files || bytes > limits.bytes) throw new FilesFullError(document, limits)
    files.set(record.hash, { record, content: file.content.slice() })
    return { record: shown(record), added: true }
  }

  async list(document: string): Promise<readonly FileRecord[]> {
    return inOrder([...this.#documents.live(document).files.values()].map(({ record }) => record))
  }

  async get(document: string, hash: string): Promise<FileRecord | undefined> {
    const file = this.#documents.live(document).files.get(hash)
    return file && shown(file.record)
  }

  async *read(document: string, hash: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const file = this.#documents.live(document).files.get(hash)
    if (file === undefined) throw new FileNotFoundError(document, hash)
    const { record, content } = file
    const { chunkBytes } = record
    yield* readChunks(document, record, range ?? { start: 0, end: record.bytes }, async (number) => {
      if (!this.#documents.live(document).files.has(hash)) throw new FileNotFoundError(document, hash)
      return content.subarray(number * chunkBytes, (number + 1) * chunkBytes)
    })
  }

  async remove(document: string, hash: string): Promise<boolean> {
    return this.#documents.live(document).files.delete(hash)
  }
}
