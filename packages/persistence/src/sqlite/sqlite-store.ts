import type { Changes } from '../changes.ts'
import type { DocumentCatalog } from '../document-catalog.ts'
import type { DocumentFiles } from '../document-files.ts'
import type { DocumentLog } from '../document-log.ts'
import { currentFormats, type Formats } from '../formats.ts'
import type { Revocations } from '../revocations.ts'
import type { Collections } from '../collections.ts'
import type { Store } from '../store.ts'
import { type CheckpointStep, CheckpointWriter } from './checkpoint-writer.ts'
import { Performer } from './performer.ts'
import { ReadThread } from './read-thread.ts'
import { SqliteCatalog } from './sqlite-catalog.ts'
import { SqliteFiles } from './sqlite-files.ts'
import { SqliteChanges } from './sqlite-changes.ts'
import { SqliteLog } from './sqlite-log.ts'
import { SqliteRevocations } from './sqlite-revocations.ts'
import { SqliteCollections } from './sqlite-collections.ts'
import { UpdateListing } from './update-listing.ts'
import { WriteThread } from './write-thread.ts'

/** For tests of the store itself. A server opens a store without any of these. */
export interface SqliteStoreOptions {
  /** `OFF` only for the test which shows that the sync is needed: a power failure then loses what was called durable. */
  readonly synchronous?: 'FULL' | 'OFF'
  /** Most pages of 4 KiB that the database may grow to, in place of a disk that is full. */
  readonly maxPages?: number
  /** Those of another version of Weft, for tests of how versions work together. */
  readonly formats?: Formats
  /** Called when a checkpoint has come to a point at which a crash leaves something different on the disk. */
  readonly onCheckpointStep?: (step: CheckpointStep) => void
}

/**
 * Opens the store in a folder, and makes it where it is missing; the folder that it is in has to be there. The store is held
 * until it is closed or the process ends.
 *
 * Everything that touches the disk happens on two threads: one writes, in transactions that take whatever has come since the
 * last; one reads, and is there only while there is something to read.
 *
 * @throws StoreConfigurationError where the folder cannot be used, is held by another process, or holds a newer format
 */
export async function openSqliteStore(folder: string, options: SqliteStoreOptions = {}): Promise<Store> {
  const { synchronous = 'FULL', maxPages, formats = currentFormats, onCheckpointStep = (): void => {} } = options
  const thread = new WriteThread({ folder, synchronous, maxPages, formats })
  await thread.open()
  return new SqliteStore({ folder, thread, formats, onCheckpointStep })
}

interface SqliteStoreParts {
  readonly folder: string
  readonly thread: WriteThread
  readonly formats: Formats
  readonly onCheckpointStep: (step: CheckpointStep) => void
}

class SqliteStore implements Store {
  readonly log: DocumentLog
  readonly catalog: DocumentCatalog
  readonly changes: Changes
  readonly files: DocumentFiles
  readonly revocations: Revocations
  readonly collections: Collections
  readonly #thread: WriteThread
  readonly #writes: Performer
  readonly #reads: ReadThread

  constructor({ folder, thread, formats, onCheckpointStep }: SqliteStoreParts) {
    this.#thread = thread
    this.#writes = new Performer(thread)
    this.#reads = new ReadThread(folder, formats)
    const checkpoints = new CheckpointWriter(this.#writes, formats, onCheckpointStep)
    const byUpdate = new UpdateListing(this.#writes)
    this.log = new SqliteLog(this.#writes, checkpoints, this.#reads, byUpdate)
    this.catalog = new SqliteCatalog(this.#writes, checkpoints, this.#reads, byUpdate)
    this.files = new SqliteFiles({
      writes: this.#writes,
      reads: this.#reads,
      formats,
      sweep: () => checkpoints.sweep(),
    })
    this.changes = new SqliteChanges(this.#writes)
    this.revocations = new SqliteRevocations(this.#writes)
    this.collections = new SqliteCollections(this.#writes)
    // What the process that held the store before did not come to.
    checkpoints.sweep()
  }

  async check(): Promise<void> {
    await this.#writes.perform({ type: 'check' }, '')
  }

  async close(): Promise<void> {
    await this.#reads.close()
    await this.#thread.close()
  }
}
