import type { DocumentLog, LoadedDocument } from '../document-log.ts'
import { CorruptRecordError, DocumentDeletedError } from '../errors.ts'
import { compactionWorthwhile } from './compaction-due.ts'
import { CompactionThread, CompactionThreadError } from './compaction-thread.ts'
import { type LoggedUpdate, UnreadableUpdateError } from './rebuild.ts'

/**
 * How a compaction ended. `nothing`: what came after the checkpoint is little beside it. `superseded`: the log is as it was, because
 * someone else was faster, the document was deleted, or the compactor was closed.
 */
export type CompactionResult = 'done' | 'nothing' | 'superseded'

/** How a compactor works. */
export interface CompactorOptions {
  /** How many documents are compacted at once. Each is in memory once as bytes. */
  readonly concurrency?: number
  /** How long the worker thread is kept when it has nothing to do, in milliseconds. */
  readonly idleMilliseconds?: number
}

/** Two, so that one can be read or written while the thread rebuilds the other. */
const defaultConcurrency = 2
const defaultIdleMilliseconds = 5000

/**
 * Makes checkpoints: reads what a log holds of a document, rebuilds the state on a worker thread, and hands it back in
 * chunks. It may stop at any point, and any number of compactors may work on one document: the log's compare-and-set
 * lets one of them win (L4).
 */
export class Compactor {
  readonly #log: DocumentLog
  readonly #thread: CompactionThread
  readonly #running = new Map<string, Promise<CompactionResult>>()
  readonly #waiting: (() => void)[] = []
  #free: number
  #closed = false

  constructor(log: DocumentLog, options: CompactorOptions = {}) {
    this.#log = log
    this.#thread = new CompactionThread(options.idleMilliseconds ?? defaultIdleMilliseconds)
    this.#free = options.concurrency ?? defaultConcurrency
  }

  /**
   * Compacts one document. A call for a document that is being compacted joins that compaction.
   *
   * @throws DocumentNotFoundError, CorruptRecordError (L8), StoreUnavailableError, and CompactionThreadError where the
   *   thread could not make the state, for example for want of memory. The log is then as it was.
   */
  compact(document: string): Promise<CompactionResult> {
    const running = this.#running.get(document)
    if (running !== undefined) return running
    const started = this.#inTurn(document).finally(() => this.#running.delete(document))
    this.#running.set(document, started)
    return started
  }

  /** Stops: what is still being rebuilt is given up, what is being written is written to its end. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#thread.close()
    await Promise.allSettled(this.#running.values())
  }

  async #inTurn(document: string): Promise<CompactionResult> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await this.#compact(document)
    } catch (error) {
      if (error instanceof DocumentDeletedError) return 'superseded'
      if (this.#closed && error instanceof CompactionThreadError) return 'superseded'
      if (error instanceof UnreadableUpdateError) {
        throw new CorruptRecordError(document, error.position, error.message, { cause: error.cause })
      }
      throw error
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }

  async #compact(document: string): Promise<CompactionResult> {
    if (this.#closed) return 'superseded'
    const loaded = await this.#log.load(document)
    const { checkpoint, entries } = loaded
    // Another node may have been faster: what is left since is for a later time.
    if (!compactionWorthwhile(sizeOf(entries.map(({ update }) => update)), sizeOf(checkpoint?.chunks ?? [])))
      return 'nothing'
    const state = await this.#thread.rebuild(updatesOf(loaded))
    const made = { place: loaded.head, ...state }
    const replaced = await this.#log.replaceCheckpoint(document, made, checkpoint?.place.tip)
    return replaced ? 'done' : 'superseded'
  }
}

function sizeOf(updates: readonly Uint8Array[]): number {
  return updates.reduce((bytes, { byteLength }) => bytes + byteLength, 0)
}

function* updatesOf({ checkpoint, entries }: LoadedDocument): Generator<LoggedUpdate> {
  for (const update of checkpoint?.chunks ?? []) yield { position: undefined, update }
  yield* entries
}
