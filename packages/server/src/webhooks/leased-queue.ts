import type { CollectionChange, Collections } from '@weft/persistence'
import type { Surroundings } from '../room/surroundings.ts'
import { leaseKey, queueCollection } from './webhook-keys.ts'

/** How often a lease is renewed, in milliseconds. */
const renewal = 4_000
/** A lease that has not been renewed for so long may be taken, in milliseconds. */
const patience = 15_000

/** What a leased queue is made with. */
export interface LeasedQueueParts {
  readonly webhook: string
  readonly node: string
  readonly collections: () => Collections
  readonly surroundings: Pick<Surroundings, 'now' | 'randomId'>
  /** Whether other nodes may hold the lease. A store that one process holds is taken from the one before it at once. */
  readonly shared: boolean
}

/**
 * One node at a time delivers to a webhook: the one whose lease stands on the webhook's collection. Each node measures by its own
 * clock for how long a lease has not been renewed, so clocks need not agree; and whatever is changed under a lease is changed
 * only while it stands, so that a node which lost it without knowing changes nothing.
 */
export class LeasedQueue {
  readonly #parts: LeasedQueueParts
  readonly #collection: string
  /** The lease as this node put it there; undefined while it holds none. */
  #own: string | undefined
  #renewed = 0
  /** What another node's lease was when it was seen last, and since when it has been that. */
  #other: { readonly text: string; readonly since: number } | undefined
  #changing: Promise<unknown> = Promise.resolve()

  constructor(parts: LeasedQueueParts) {
    this.#parts = parts
    this.#collection = queueCollection(parts.webhook)
  }

  /** Whether this node delivers, as far as it knows. */
  get held(): boolean {
    return this.#own !== undefined
  }

  /** Takes the lease if it is free, or renews it. @returns whether it was taken just now @throws StoreUnavailableError */
  async keep(): Promise<boolean> {
    if (this.#own === undefined) return await this.#take()
    if (this.#parts.surroundings.now() < this.#renewed + renewal) return false
    const renewed = this.#text()
    if (await this.change({ put: [{ key: leaseKey, text: renewed }] })) {
      this.#own = renewed
      this.#renewed = this.#parts.surroundings.now()
    }
    return false
  }

  /**
   * Changes the collection while the lease stands.
   *
   * @returns false, with nothing changed, where it does not: then another node delivers
   * @throws StoreUnavailableError
   */
  change(change: CollectionChange): Promise<boolean> {
    // One after the other: each expects the lease as the one before left it.
    const changed = this.#changing.then(async () => await this.#change(change))
    this.#changing = changed.catch(() => {})
    return changed
  }

  /** Lets another node take over at once. */
  async release(): Promise<void> {
    if (this.#own === undefined) return
    await this.change({ remove: [leaseKey] })
    this.#own = undefined
  }

  async #change(change: CollectionChange): Promise<boolean> {
    const own = this.#own
    if (own === undefined) return false
    const expect = [...(change.expect ?? []), { key: leaseKey, text: own }]
    const done = await this.#parts.collections().change(this.#collection, { ...change, expect })
    if (done) return true
    if ((await this.#parts.collections().get(this.#collection, leaseKey)) !== own) this.#own = undefined
    return false
  }

  async #take(): Promise<boolean> {
    const { collections, surroundings, shared } = this.#parts
    const found = await collections().get(this.#collection, leaseKey)
    if (found !== undefined && shared) {
      if (this.#other?.text !== found) this.#other = { text: found, since: surroundings.now() }
      if (surroundings.now() < this.#other.since + patience) return false
    }
    const text = this.#text()
    const change = { expect: [{ key: leaseKey, text: found }], put: [{ key: leaseKey, text }] }
    if (!(await collections().change(this.#collection, change))) return false
    this.#own = text
    this.#renewed = surroundings.now()
    this.#other = undefined
    return true
  }

  /** Never twice the same. */
  #text(): string {
    return `${this.#parts.node} ${this.#parts.surroundings.randomId()}`
  }
}
