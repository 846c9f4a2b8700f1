import { assertAppendable } from '../checked-arguments.ts'
import type { AppendReceipt, AppendRequest, Checkpoint, DocumentLog, LoadedDocument } from '../document-log.ts'
import type { CheckpointWriter } from './checkpoint-writer.ts'
import type { Performer } from './performer.ts'
import type { ReadThread } from './read-thread.ts'

/** The log in SQLite. */
export class SqliteLog implements DocumentLog {
  readonly #writes: Performer
  readonly #checkpoints: CheckpointWriter
  readonly #reads: ReadThread

  constructor(writes: Performer, checkpoints: CheckpointWriter, reads: ReadThread) {
    this.#writes = writes
    this.#checkpoints = checkpoints
    this.#reads = reads
  }

  load(document: string): Promise<LoadedDocument> {
    return this.#reads.load(document, undefined)
  }

  read(document: string, from: number): Promise<LoadedDocument> {
    return this.#reads.load(document, from)
  }

  async append(document: string, request: AppendRequest): Promise<AppendReceipt> {
    assertAppendable(request)
    const { epoch, token, entries } = request
    const updates = entries.map(({ update }) => update)
    const actors = entries.map(({ actor }) => actor)
    const times = entries.map(({ at }) => at)
    const lengths = updates.map(({ byteLength }) => byteLength)
    return this.#writes.append({ type: 'append', document, epoch, token, actors, times, lengths }, updates)
  }

  replaceCheckpoint(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    return this.#checkpoints.write(document, checkpoint, replaces)
  }
}
