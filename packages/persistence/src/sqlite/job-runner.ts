import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CorruptRecordError } from '../errors.ts'
import type { Formats } from '../formats.ts'
import { randomId } from '../random-id.ts'
import { encodeEntry } from '../record.ts'
import { CheckpointJobs } from './checkpoint-jobs.ts'
import { StoredChanges } from './stored-changes.ts'
import { StoredDocuments } from './stored-documents.ts'
import { StoredRevocations } from './stored-revocations.ts'
import { StoredFiles } from './stored-files.ts'
import { StoredCollections } from './stored-collections.ts'
import { Sweep } from './sweep.ts'
import type { JobOutcome, WriteBatch, WriteJob } from './write-jobs.ts'

type AppendJob = Extract<WriteJob, { type: 'append' }>
type DocumentJob = Extract<WriteJob, { type: 'set-title' | 'trash' | 'restore' | 'delete' }>

/** Does what the write thread is asked: one batch is one transaction. */
export class JobRunner {
  readonly #database: DatabaseSync
  readonly #changes: StoredChanges
  readonly #documents: StoredDocuments
  readonly #checkpoints: CheckpointJobs
  readonly #files: StoredFiles
  readonly #revocations: StoredRevocations
  readonly #collections: StoredCollections
  readonly #sweep: Sweep
  readonly #insertEntry: StatementSync
  readonly #formats: Formats

  constructor(database: DatabaseSync, formats: Formats) {
    this.#database = database
    this.#formats = formats
    this.#changes = new StoredChanges(database)
    this.#documents = new StoredDocuments(database, this.#changes)
    this.#checkpoints = new CheckpointJobs(database, this.#documents, formats)
    this.#files = new StoredFiles(database, this.#documents)
    this.#revocations = new StoredRevocations(database)
    this.#collections = new StoredCollections(database)
    this.#sweep = new Sweep(database)
    this.#insertEntry = database.prepare('INSERT INTO entries VALUES (?, ?, ?)')
    this.#sweep.abandonAll()
    this.#files.abandonAll()
  }

  /**
   * Runs a batch. When it returns, everything in it is durable. A job that is refused has changed nothing, and the others
   * have happened all the same.
   *
   * @throws what SQLite throws, with nothing of the batch done
   */
  run({ jobs, bytes }: WriteBatch): JobOutcome[] {
    const reader = new BatchBytes(bytes)
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const outcomes = jobs.map((job) => this.#outcome(job, reader))
      this.#database.exec('COMMIT')
      return outcomes
    } catch (error) {
      this.#documents.forgetAll()
      this.#changes.forgetAll()
      // SQLite has rolled back by itself after some of its errors.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #outcome(job: WriteJob, bytes: BatchBytes): JobOutcome {
    // Taken before anything can fail: the next job's bytes begin where these end.
    const parts = 'lengths' in job ? job.lengths.map((length) => bytes.take(length)) : []
    try {
      return this.#run(job, parts)
    } catch (error) {
      if (!(error instanceof CorruptRecordError)) throw error
      return { refusal: { reason: 'corrupt', position: error.position, detail: error.detail } }
    }
  }

  #run(job: WriteJob, parts: readonly Uint8Array[]): JobOutcome {
    switch (job.type) {
      case 'append':
        return this.#append(job, parts)
      case 'create': {
        const found = this.#documents.find(job.document.id)
        if (found?.deleted === true) return { refusal: { reason: 'deleted' } }
        if (found?.trashed !== undefined) return { refusal: { reason: 'trashed' } }
        if (found === undefined) this.#documents.create(job.document, job.epoch)
        return { answer: found === undefined }
      }
      case 'recreate': {
        const found = this.#documents.find(job.document.id)
        if (found === undefined) return { refusal: { reason: 'not-found' } }
        if (found.trashed !== undefined) return { refusal: { reason: 'trashed' } }
        // One that is there already was made anew by the attempt that this one repeats, or by someone else.
        if (found.deleted) this.#documents.recreate(found, job.document)
        return { answer: undefined }
      }
      case 'set-title':
      case 'trash':
      case 'restore':
      case 'delete':
        return this.#change(job)
      case 'begin-checkpoint':
        return { answer: this.#checkpoints.begin(job.attempt) }
      case 'write-chunks':
        this.#checkpoints.write(job.attempt, job.first, parts)
        return { answer: undefined }
      case 'finish-checkpoint': {
        const [header = new Uint8Array(), outline] = parts
        return { answer: this.#checkpoints.finish(job.attempt, header, outline) }
      }
      case 'abandon-checkpoint':
        this.#checkpoints.abandon(job.attempt)
        return { answer: undefined }
      case 'revocations':
        if (job.add !== undefined) this.#revocations.add(job.add)
        return { answer: { revocations: this.#revocations.list(job.now) } }
      case 'read-changes': {
        const { last, more } = this.#changes.settle()
        const found = this.#changes.after(job.after, job.limit)
        return { answer: { changes: { name: this.#changes.name(), found, last, more } } }
      }
      case 'list-collection':
        return { answer: { items: this.#collections.list(job.collection, job.range) } }
      case 'change-collection':
        return { answer: this.#collections.change(job.collection, job.change) }
      case 'settle-listing':
        return { answer: this.#documents.settleListing() }
      case 'sweep':
        return { answer: this.#sweep.step() || this.#files.sweep() }
      case 'begin-file':
      case 'write-file-chunks':
      case 'finish-file':
      case 'abandon-file':
      case 'remove-file':
        return this.#files.run(job, parts)
      case 'check':
        return { answer: undefined }
    }
  }

  #append(job: AppendJob, updates: readonly Uint8Array[]): JobOutcome {
    const { document: id, epoch, token, after, actors, times } = job
    const document = this.#documents.live(id)
    if ('reason' in document) return { refusal: document }
    if (document.epoch !== epoch) return { refusal: { reason: 'epoch', expected: epoch, found: document.epoch } }
    if (document.appendToken === token) {
      const { appendFirst: first, position: last, appendPreviousTip: previousTip, tip } = document
      return { answer: { epoch, first, last, previousTip, tip } }
    }
    if (after !== undefined && after !== document.tip) {
      return { refusal: { reason: 'tip', expected: after, found: document.tip } }
    }
    const first = document.position + 1
    let { position, tip } = document
    let addedBytes = 0
    let at = document.updated
    for (const [index, update] of updates.entries()) {
      const entry = { update, actor: actors[index] ?? '', at: times[index] ?? 0, tip: randomId() }
      const record = encodeEntry(entry, this.#formats)
      position++
      this.#insertEntry.run(document.key, position, record)
      addedBytes += record.byteLength
      tip = entry.tip
      at = Math.max(at, entry.at)
    }
    this.#documents.append(document, { position, tip, token, first, addedBytes, at })
    return { answer: { epoch, first, last: position, previousTip: document.tip, tip } }
  }

  #change(job: DocumentJob): JobOutcome {
    const inTrash = job.type === 'restore' || job.type === 'delete'
    const document = inTrash ? this.#documents.present(job.document) : this.#documents.live(job.document)
    if ('reason' in document) return { refusal: document }
    switch (job.type) {
      case 'set-title':
        return { answer: this.#documents.setTitle(document, job.title, job.at, job.expected) }
      case 'trash':
        this.#documents.trash(document, job.at)
        break
      case 'restore':
        if (document.trashed !== undefined) this.#documents.restore(document, document.trashed)
        break
      case 'delete':
        if (job.trashed === undefined || job.trashed === document.trashed) this.#documents.delete(document, job.at)
    }
    return { answer: undefined }
  }
}

/** The byte strings of a batch, which lie one after the other. */
class BatchBytes {
  readonly #bytes: ArrayBuffer
  #at = 0

  constructor(bytes: ArrayBuffer) {
    this.#bytes = bytes
  }

  take(length: number): Uint8Array {
    const part = new Uint8Array(this.#bytes, this.#at, length)
    this.#at += length
    return part
  }
}
