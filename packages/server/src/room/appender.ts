import {
  DocumentNotFoundError,
  EpochMismatchError,
  StoreError,
  StoreUnavailableError,
  type AppendReceipt,
  type DocumentLog,
  type NewEntry,
  type Place,
} from '@weft/persistence'
import type { ByteCount } from './byte-count.ts'
import { type ActorUpdate, EntriesInOrder } from './entries-in-order.ts'
import type { Surroundings } from './surroundings.ts'

/** How long to wait before an append that failed is repeated, in milliseconds; doubled each time up to the largest. */
const firstRetry = 100
const largestRetry = 2_000

/** What the appender tells its room. */
export interface AppenderEvents {
  /** An append of so many bytes is durable, and where it is: `durable` has moved. */
  durable(bytes: number, receipt: AppendReceipt): void
  /** The log will never take this document's updates again: it was deleted or made anew. */
  refused(error: StoreError): void
  /**
   * There is no such log any more. It is tried again.
   *
   * @returns false where nobody mends it: then the document is another one by now
   */
  outdated(): boolean
  /** The store does not take appends at the moment; they are repeated until it does. */
  failing(error: StoreError): void
  /** It does again. */
  recovered(): void
}

interface Append {
  readonly number: number
  readonly token: string
  readonly entries: readonly NewEntry[]
  readonly bytes: number
}

/** What an appender is made with. */
export interface AppenderParts {
  readonly log: DocumentLog
  readonly document: string
  /** Where the log ends. */
  readonly head: Place
  readonly surroundings: Surroundings
  /** What is not durable yet of all documents of the node. */
  readonly unsaved: ByteCount
  readonly events: AppenderEvents
}

/**
 * One document's way into the log. One append is in flight; what comes meanwhile gathers for the next, one entry for each
 * actor. An append that failed is repeated with its token until its outcome is known, so order is kept and nothing is
 * appended twice.
 */
export class Appender {
  readonly #log: DocumentLog
  readonly #document: string
  readonly #surroundings: Surroundings
  readonly #unsaved: ByteCount
  readonly #events: AppenderEvents
  #epoch: string
  #last: Place
  readonly #gathering = new EntriesInOrder<ActorUpdate & { readonly at: number }>()
  #gatheringBytes = 0
  #next = 1
  #inFlight: Append | undefined
  #retry = firstRetry
  #cancelRetry: (() => void) | undefined
  #failing = false
  #stopped = false

  constructor({ log, document, head, surroundings, unsaved, events }: AppenderParts) {
    this.#log = log
    this.#document = document
    this.#epoch = head.epoch
    this.#last = head
    this.#surroundings = surroundings
    this.#unsaved = unsaved
    this.#events = events
  }

  /** The log goes on under another epoch. */
  continueIn(epoch: string): void {
    this.#epoch = epoch
  }

  /**
   * Adds an actor's update to the next append.
   *
   * @param waits whether some of it waits for updates that have not come
   */
  add(actor: string, update: Uint8Array, waits = false): void {
    this.#gathering.add({ actor, update, waits, at: this.#surroundings.now() })
    this.#gatheringBytes += update.byteLength
    this.#unsaved.add(update.byteLength)
  }

  /** Begins the next append unless one is in flight. Called once a flush has added everything. */
  start(): void {
    if (this.#inFlight !== undefined || this.#stopped || this.#gathering.empty) return
    const entries = this.#gathering.take().map(({ actor, at, update }) => ({ actor, at, update }))
    const bytes = this.#gatheringBytes
    this.#gatheringBytes = 0
    this.#inFlight = { number: this.#next++, token: this.#surroundings.randomId(), entries, bytes }
    void this.#attempt(this.#inFlight)
  }

  /** The append after which everything added so far is durable. */
  get current(): number {
    return !this.#gathering.empty ? this.#next : this.#next - 1
  }

  /** The last append that is durable. */
  get durable(): number {
    return this.#inFlight === undefined ? this.#next - 1 : this.#inFlight.number - 1
  }

  /** Where the last append stands that is durable; where the log ended, before there is one. */
  get last(): Place {
    return this.#last
  }

  /** Bytes that are not durable yet. */
  get unsavedBytes(): number {
    return this.#gatheringBytes + (this.#inFlight?.bytes ?? 0)
  }

  /** Whether the store does not take appends at the moment. */
  get failing(): boolean {
    return this.#failing
  }

  /** Ends all attempts. What is not durable by now is given up. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#unsaved.add(-this.unsavedBytes)
    this.#cancelRetry?.()
  }

  async #attempt(append: Append): Promise<void> {
    try {
      const { token, entries } = append
      const receipt = await this.#log.append(this.#document, { epoch: this.#epoch, token, entries })
      if (!this.#stopped) this.#succeeded(append, receipt)
    } catch (error) {
      if (!this.#stopped) this.#failed(append, error)
    }
  }

  #succeeded(append: Append, receipt: AppendReceipt): void {
    this.#inFlight = undefined
    this.#last = { epoch: receipt.epoch, position: receipt.last, tip: receipt.tip }
    this.#unsaved.add(-append.bytes)
    this.#retry = firstRetry
    const recovered = this.#failing
    this.#failing = false
    this.start()
    this.#events.durable(append.bytes, receipt)
    if (recovered) this.#events.recovered()
  }

  #failed(append: Append, error: unknown): void {
    if (error instanceof StoreError && !(error instanceof StoreUnavailableError)) {
      const outdated = error instanceof EpochMismatchError || error instanceof DocumentNotFoundError
      if (!outdated || !this.#events.outdated()) {
        this.stop()
        this.#events.refused(error)
        return
      }
    } else if (!this.#failing) {
      this.#failing = true
      this.#events.failing(
        error instanceof StoreUnavailableError
          ? error
          : new StoreUnavailableError('the store failed in a way it has no name for', { cause: error }),
      )
    }
    this.#cancelRetry = this.#surroundings.timer(this.#retry, () => void this.#attempt(append))
    this.#retry = Math.min(this.#retry * 2, largestRetry)
  }
}
