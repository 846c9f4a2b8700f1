import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { FileLimits } from '../document-files.ts'
import { numberIn } from './columns.ts'
import type { StoredDocuments } from './stored-documents.ts'
import type { FileJob, JobOutcome } from './write-jobs.ts'

/** Chunks of 256 KiB that one step of the sweep takes away: what frees pages holds up the commits behind it. */
const chunksPerStep = 4

type FinishJob = Extract<FileJob, { type: 'finish-file' }>

/**
 * The tables of files, for the write thread. A file is written in several transactions and counts once it is `there`; from
 * the moment at which it is `swept` it counts as gone.
 */
export class StoredFiles {
  readonly #documents: StoredDocuments
  readonly #begin: StatementSync
  readonly #begun: StatementSync
  readonly #there: StatementSync
  readonly #total: StatementSync
  readonly #setState: StatementSync
  readonly #insertChunk: StatementSync
  readonly #abandonAll: StatementSync
  readonly #gone: StatementSync
  readonly #removeChunks: StatementSync
  readonly #remove: StatementSync

  constructor(database: DatabaseSync, documents: StoredDocuments) {
    this.#documents = documents
    this.#begin = database.prepare(`INSERT INTO files VALUES (?, ?, ?, ?, ?, 'begun')`)
    this.#begun = database.prepare(`SELECT document, hash, bytes FROM files WHERE key = ? AND state = 'begun'`)
    this.#there = database.prepare(`SELECT key FROM files WHERE document = ? AND hash = ? AND state = 'there'`)
    this.#total = database.prepare(
      `SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM files WHERE document = ? AND state = 'there'`,
    )
    this.#setState = database.prepare('UPDATE files SET state = ? WHERE key = ?')
    this.#insertChunk = database.prepare('INSERT INTO file_chunks VALUES (?, ?, ?)')
    this.#abandonAll = database.prepare(`UPDATE files SET state = 'swept' WHERE state = 'begun'`)
    this.#gone = database.prepare(`SELECT key FROM files WHERE state = 'swept' LIMIT 1`)
    this.#removeChunks = database.prepare(`
      DELETE FROM file_chunks WHERE file = ?1 AND number IN
        (SELECT number FROM file_chunks WHERE file = ?1 ORDER BY number LIMIT ${chunksPerStep})
    `)
    this.#remove = database.prepare('DELETE FROM files WHERE key = ?')
  }

  run(job: FileJob, parts: readonly Uint8Array[]): JobOutcome {
    switch (job.type) {
      case 'begin-file': {
        const document = this.#documents.live(job.document)
        if ('reason' in document) return { refusal: document }
        if (this.#there.get(document.key, job.hash) !== undefined) return { answer: false }
        const [record = new Uint8Array()] = parts
        this.#begin.run(job.file, document.key, job.hash, job.bytes, record)
        return { answer: true }
      }
      case 'write-file-chunks':
        // Where the file was not begun there is nothing to write to.
        if (this.#begun.get(job.file) === undefined) return { answer: false }
        for (const [index, part] of parts.entries()) this.#insertChunk.run(job.file, job.first + index, part)
        return { answer: true }
      case 'finish-file':
        return this.#finish(job)
      case 'abandon-file':
        if (this.#begun.get(job.file) !== undefined) this.#setState.run('swept', job.file)
        return { answer: undefined }
      case 'remove-file': {
        const document = this.#documents.live(job.document)
        if ('reason' in document) return { refusal: document }
        const row = this.#there.get(document.key, job.hash)
        if (row !== undefined) this.#setState.run('swept', numberIn(row, 'key'))
        return { answer: row !== undefined }
      }
    }
  }

  #finish({ document: id, file, limits }: FinishJob): JobOutcome {
    const document = this.#documents.live(id)
    if ('reason' in document) return { refusal: document }
    const begun = this.#begun.get(file)
    if (begun === undefined) return { answer: false }
    // The document it was begun for was deleted, and made anew.
    if (numberIn(begun, 'document') !== document.key) return { refusal: { reason: 'deleted' } }
    if (this.#there.get(document.key, begun['hash'] ?? null) !== undefined) {
      this.#setState.run('swept', file)
      return { answer: false }
    }
    if (!this.#hasRoom(document.key, numberIn(begun, 'bytes'), limits)) {
      return { refusal: { reason: 'files-full', limits } }
    }
    this.#setState.run('there', file)
    return { answer: true }
  }

  #hasRoom(document: number, more: number, limits: FileLimits): boolean {
    const total = this.#total.get(document) ?? {}
    return numberIn(total, 'files') < limits.files && numberIn(total, 'bytes') + more <= limits.bytes
  }

  /** What was being written when the store was last closed will not be finished. */
  abandonAll(): void {
    this.#abandonAll.run()
  }

  /** Takes away a part of what is gone. @returns whether there is more */
  sweep(): boolean {
    const row = this.#gone.get()
    if (row === undefined) return false
    const key = numberIn(row, 'key')
    if (this.#removeChunks.run(key).changes < chunksPerStep) this.#remove.run(key)
    return this.#gone.get() !== undefined
  }
}
