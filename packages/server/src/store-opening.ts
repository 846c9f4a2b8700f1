import { type Store, StoreUnavailableError } from '@weft/persistence'
import type { Surroundings } from './room/surroundings.ts'

/** How long a node that starts gives its store before it goes on without it, in milliseconds. */
const promptly = 1_000

/** Between two attempts to open a store that is away, in milliseconds: the first, and what doubling ends at. */
const firstRetry = 250
const largestRetry = 2_000

/** What an opening is made with. */
export interface StoreOpeningParts {
  /**
   * @param signal gives the attempt up
   * @throws StoreUnavailableError where trying again may help; anything else ends the attempts
   */
  readonly open: (signal: AbortSignal) => Promise<Store>
  /** Whether a store that is away is waited for. */
  readonly patient: boolean
  readonly surroundings: Surroundings
  /** It has to be waited for, and why. Said once. */
  readonly waiting: (reason: string) => void
}

/** A store on its way: opened at once, or as soon as it is there. */
export class StoreOpening {
  /** Resolves when the store is open; rejects where it cannot be opened, and where this was closed before. */
  readonly outcome: Promise<Store>
  readonly #parts: StoreOpeningParts
  readonly #waiting = Promise.withResolvers<void>()
  #waits = false
  readonly #end = new AbortController()
  #store: Store | undefined
  #wake = (): void => {}

  constructor(parts: StoreOpeningParts) {
    this.#parts = parts
    this.outcome = this.#run()
    // Whoever wants to know asks for it; nobody has to.
    this.outcome.catch(() => {})
  }

  /** The store, once it is open. */
  get store(): Store | undefined {
    return this.#store
  }

  /** The store. @throws StoreUnavailableError where it is not open yet */
  get opened(): Store {
    if (this.#store === undefined) throw new StoreUnavailableError('the store is not there yet: try again later')
    return this.#store
  }

  /** Whether it had to be waited for. */
  get waited(): boolean {
    return this.#waits
  }

  /** Resolves when the store is open, or when it is plain that it has to be waited for. @throws what opening threw */
  async begun(): Promise<void> {
    if (!this.#parts.patient) {
      await this.outcome
      return
    }
    const cancel = this.#parts.surroundings.timer(promptly, () => this.#wait('the store has not answered yet'))
    try {
      await Promise.race([this.outcome, this.#waiting.promise])
    } finally {
      cancel()
    }
  }

  /** Gives up waiting, or closes what is open. */
  async close(): Promise<void> {
    this.#end.abort()
    this.#wake()
    const store = await this.outcome.catch(() => undefined)
    await store?.close()
  }

  async #run(): Promise<Store> {
    for (let retry = firstRetry; ; retry = Math.min(retry * 2, largestRetry)) {
      try {
        return (this.#store = await this.#attempt())
      } catch (error) {
        if (!this.#parts.patient || !(error instanceof StoreUnavailableError)) throw error
        this.#wait(error.message)
      }
      await this.#pause(retry)
      if (this.#end.signal.aborted) throw new StoreUnavailableError('the store was not there before the end')
    }
  }

  async #attempt(): Promise<Store> {
    const store = await this.#parts.open(this.#end.signal)
    try {
      await store.check()
      return store
    } catch (error) {
      await store.close()
      throw error
    }
  }

  #wait(reason: string): void {
    if (this.#waits || this.#end.signal.aborted) return
    this.#waits = true
    this.#parts.waiting(reason)
    this.#waiting.resolve()
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#end.signal.aborted) return
    const woken = Promise.withResolvers<void>()
    const cancel = this.#parts.surroundings.timer(milliseconds, woken.resolve)
    this.#wake = woken.resolve
    await woken.promise
    cancel()
  }
}
