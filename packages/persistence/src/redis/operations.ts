import { setTimeout as delay } from 'node:timers/promises'
import { StoreUnavailableError } from '../errors.ts'

/** How long closing waits for what was begun, in milliseconds: Redis may not answer any more. */
const patience = 5_000

/** What is under way in a store, so that closing can let it end. */
export class Operations {
  readonly #underWay = new Set<Promise<unknown>>()
  #closed = false

  /** Begins an operation, unless the store is closed. @throws StoreUnavailableError; and what the operation throws */
  async run<Result>(begin: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    const operation = begin()
    this.#underWay.add(operation)
    try {
      return await operation
    } finally {
      this.#underWay.delete(operation)
    }
  }

  /** Refuses new operations, and waits for those under way as far as there is hope. */
  async close(): Promise<void> {
    this.#closed = true
    const impatient = new AbortController()
    const patient = delay(patience, undefined, { signal: impatient.signal }).catch(() => {})
    await Promise.race([Promise.allSettled(this.#underWay), patient])
    impatient.abort()
  }
}
