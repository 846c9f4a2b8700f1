import { assertAppendable, assertTime } from '../checked-arguments.ts'
import type {
  AppendReceipt,
  AppendRequest,
  Checkpoint,
  CheckpointReader,
  DocumentLog,
  LoadedDocument,
  Place,
} from '../document-log.ts'
import { DocumentDeletedError } from '../errors.ts'
import { continuedEpoch } from '../new-epoch.ts'
import type { CheckpointWriter } from './checkpoint-writer.ts'
import type { Performer } from './performer.ts'
import type { ReadThread } from './read-thread.ts'
import type { UpdateListing } from './update-listing.ts'

/** The log in SQLite. */
export class SqliteLog implements DocumentLog {
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

  load(document: string, reader?: CheckpointReader): Promise<LoadedDocument> {
    return this.#reads.load(document, undefined, reader)
  }

  read(document: string, from: number): Promise<LoadedDocument> {
    return this.#reads.load(document, from)
  }

  async append(document: string, request: AppendRequest): Promise<AppendReceipt> {
    assertAppendable(request)
    const { epoch, token, entries, after } = request
    const updates = entries.map(({ update }) => update)
    const actors = entries.map(({ actor }) => actor)
    const times = entries.map(({ at }) => at)
    const lengths = updates.map(({ byteLength }) => byteLength)
    this.#byUpdate.appending()
    return this.#writes.append({ type: 'append', document, epoch, token, after, actors, times, lengths }, updates)
  }

  replaceCheckpoint(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    return this.#checkpoints.write(document, checkpoint, replaces)
  }

  heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]> {
    return this.#reads.heads(documents)
  }

  async begin(document: string, lost: string, at: number): Promise<Place> {
    assertTime(at)
    const beginning = { id: document, title: '', createdBy: '', at }
    await this.#writes.decide({ type: 'create', document: beginning, epoch: continuedEpoch(lost) }, document)
    const [head] = await this.#reads.heads([document])
    // Whoever was faster than this read deleted it.
    if (head === undefined) throw new DocumentDeletedError(document)
    return head
  }
}
