import { type DocumentFiles, FileNotFoundError, type FileRecord } from '@weft/persistence'

/** What files are copied with. */
export interface FileCopiesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly files: () => DocumentFiles
  readonly now: () => number
}

/** A copy has what its document has: what a document may have bounds what people add. */
const unbounded = { files: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER }

/** Copies documents' files: one at a time is in memory, however many documents are being copied. */
export class FileCopies {
  readonly #parts: FileCopiesParts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: FileCopiesParts) {
    this.#parts = parts
  }

  /**
   * @returns the files that were there, by their names, which are the same in both documents
   * @throws CorruptRecordError, DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError
   */
  async copy(from: string, to: string, createdBy: string): Promise<readonly string[]> {
    const records = await this.#parts.files().list(from)
    for (const record of records) {
      const copied = this.#last.then(() => this.#copy(from, to, record, createdBy))
      this.#last = copied.catch(() => {})
      await copied
    }
    return records.map(({ hash }) => hash)
  }

  async #copy(from: string, to: string, { hash, name, type }: FileRecord, createdBy: string): Promise<void> {
    const files = this.#parts.files()
    const parts: Uint8Array[] = []
    try {
      for await (const part of files.read(from, hash)) parts.push(part)
    } catch (error) {
      // Removed meanwhile.
      if (error instanceof FileNotFoundError) return
      throw error
    }
    const content = Buffer.concat(parts)
    await files.put(to, { name, type, created: this.#parts.now(), createdBy, content }, unbounded)
  }
}
