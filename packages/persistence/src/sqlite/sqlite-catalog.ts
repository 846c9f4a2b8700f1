import { assertPageSize, assertTime } from '../checked-arguments.ts'
import type {
  DocumentCatalog,
  DocumentCounts,
  DocumentListing,
  DocumentRecord,
  DocumentRecordPage,
  NewDocument,
  TrashListing,
  TrashPage,
} from '../document-catalog.ts'
import { firstEpoch } from '../new-epoch.ts'
import type { CheckpointWriter } from './checkpoint-writer.ts'
import type { Performer } from './performer.ts'
import type { ReadThread } from './read-thread.ts'
import type { UpdateListing } from './update-listing.ts'

/** The catalog in SQLite. */
export class SqliteCatalog implements DocumentCatalog {
  readonly #writes: Performer
  readonly #checkpoints: CheckpointWriter
  readonly #reads: ReadThread
  readonly #byUpdate: UpdateListing

  constructor(writes: Performer, checkpoints: CheckpointWriter, reads: ReadThread, byUpdate: UpdateListing) {
    this.#writes = writes
    this.#checkpoints = checkpoints
    this.#reads = reads
    this.#byUpdate = byUpdate
  }

  async create(document: NewDocument): Promise<boolean> {
    assertTime(document.at)
    return this.#writes.decide({ type: 'create', document, epoch: firstEpoch() }, document.id)
  }

  get(document: string): Promise<DocumentRecord | undefined> {
    return this.#reads.get(document)
  }

  creatorOf(document: string): Promise<string | undefined> {
    return this.#reads.creatorOf(document)
  }

  async list(listing: DocumentListing): Promise<DocumentRecordPage> {
    assertPageSize(listing)
    if (listing.order === 'updated') await this.#byUpdate.settle()
    return this.#reads.list(listing)
  }

  count(): Promise<DocumentCounts> {
    return this.#reads.count()
  }

  async setTitle(document: string, title: string, at: number, expected?: string): Promise<boolean> {
    assertTime(at)
    return this.#writes.decide({ type: 'set-title', document, title, at, expected }, document)
  }

  async trash(document: string, at: number): Promise<void> {
    assertTime(at)
    await this.#writes.perform({ type: 'trash', document, at }, document)
  }

  async restore(document: string): Promise<void> {
    await this.#writes.perform({ type: 'restore', document }, document)
  }

  async listTrash(listing: TrashListing): Promise<TrashPage> {
    assertPageSize(listing)
    return this.#reads.listTrash(listing)
  }

  async delete(document: string, at: number, trashed?: number): Promise<void> {
    assertTime(at)
    await this.#writes.perform({ type: 'delete', document, at, trashed }, document)
    this.#checkpoints.sweep()
  }

  async recreate(document: NewDocument): Promise<void> {
    assertTime(document.at)
    await this.#writes.perform({ type: 'recreate', document }, document.id)
  }
}
