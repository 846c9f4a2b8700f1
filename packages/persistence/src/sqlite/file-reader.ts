import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DocumentDeletedError, DocumentNotFoundError, DocumentTrashedError } from '../errors.ts'
import { decodeFileRecord, openFileChunk, type StoredFileRecord } from '../file-codec.ts'
import type { Formats } from '../formats.ts'
import { bytesIn, maybeNumberIn, numberIn } from './columns.ts'
import { trashedAt } from './trash.ts'

interface Statements {
  readonly all: StatementSync
  readonly one: StatementSync
  readonly chunk: StatementSync
}

/** Reads files out of the tables. */
export class FileReader {
  readonly #database: DatabaseSync
  readonly #formats: Formats
  readonly #document: StatementSync
  readonly #hasTables: StatementSync
  #statements: Statements | undefined

  constructor(database: DatabaseSync, formats: Formats) {
    this.#database = database
    this.#formats = formats
    this.#document = database.prepare('SELECT key, deleted FROM documents WHERE id = ?')
    this.#hasTables = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'files'`)
  }

  /**
   * @param hash of the one that is asked for; undefined for all
   * @throws DocumentNotFoundError, DocumentDeletedError, CorruptRecordError
   */
  list(document: string, hash: string | undefined): StoredFileRecord[] {
    const key = this.#key(document)
    const statements = this.#prepared()
    if (statements === undefined) return []
    const rows = hash === undefined ? statements.all.all(key) : statements.one.all(key, hash)
    return rows.map((row) => decodeFileRecord(bytesIn(row, 'record'), document, this.#formats))
  }

  /**
   * @returns a chunk's bytes; undefined where there is no such file, or it is gone meanwhile
   * @throws DocumentNotFoundError, DocumentDeletedError, CorruptRecordError
   */
  chunk(document: string, hash: string, number: number): Uint8Array<ArrayBuffer> | undefined {
    const row = this.#prepared()?.chunk.get(number, this.#key(document), hash)
    if (row === undefined) return undefined
    // Where the file is there and the chunk is not, the record is empty, and found to be cut short.
    return new Uint8Array(openFileChunk(bytesIn(row, 'record'), document, number, this.#formats))
  }

  #key(document: string): number {
    const row = this.#document.get(document)
    if (row === undefined) throw new DocumentNotFoundError(document)
    const mark = maybeNumberIn(row, 'deleted')
    if (trashedAt(mark) !== undefined) throw new DocumentTrashedError(document)
    if (mark !== undefined) throw new DocumentDeletedError(document)
    return numberIn(row, 'key')
  }

  /** Undefined where the store was last written by a Weft that knew no files. */
  #prepared(): Statements | undefined {
    if (this.#statements === undefined && this.#hasTables.get() !== undefined) {
      this.#statements = {
        all: this.#database.prepare(`SELECT record FROM files WHERE document = ? AND state = 'there'`),
        one: this.#database.prepare(`SELECT record FROM files WHERE document = ? AND hash = ? AND state = 'there'`),
        chunk: this.#database.prepare(`
          SELECT coalesce(file_chunks.record, x'') AS record
          FROM files LEFT JOIN file_chunks ON file = key AND number = ?
          WHERE document = ? AND hash = ? AND state = 'there'
        `),
      }
    }
    return this.#statements
  }
}
