import type { Changes } from '@weft/persistence'
import type { Surroundings } from '../room/surroundings.ts'

/** How often the store is asked whether something has changed, in milliseconds. */
const interval = 1_000
/** Changes that are passed over at once. */
const perRead = 200

/** What a tail is made with. */
export interface ChangeTailParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly changes: () => Changes
  readonly surroundings: Pick<Surroundings, 'timer'>
}

/** Who listens at a tail. */
export interface TailListener {
  /** Something has changed: read on. */
  changed(): void
  /** The node goes down. */
  ended(): void
}

/**
 * Watches the end of the feed of changes for all who follow it on this node, so that the store is asked once a second and not
 * once for each of them. Nothing is asked while nobody listens.
 */
export class ChangeTail {
  readonly #parts: ChangeTailParts
  readonly #listeners = new Set<TailListener>()
  #place: string | undefined
  #cancel: (() => void) | undefined
  #over = false

  constructor(parts: ChangeTailParts) {
    this.#parts = parts
  }

  /** How many listen. */
  get size(): number {
    return this.#listeners.size
  }

  /**
   * Listens from now on: what changed before, the listener has to read by itself, afterwards.
   *
   * @returns a function that ends it
   */
  listen(listener: TailListener): () => void {
    if (this.#over) {
      listener.ended()
      return () => {}
    }
    this.#listeners.add(listener)
    this.#cancel ??= this.#parts.surroundings.timer(interval, () => void this.#look())
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#rest()
    }
  }

  /** Ends it for all who listen. */
  end(): void {
    this.#over = true
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    this.#rest()
    for (const listener of listeners) listener.ended()
  }

  #rest(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#place = undefined
  }

  async #look(): Promise<void> {
    const changed = await this.#moved().catch(() => false)
    if (this.#listeners.size === 0) return
    this.#cancel = this.#parts.surroundings.timer(interval, () => void this.#look())
    if (changed) for (const listener of this.#listeners) listener.changed()
  }

  /** The first look tells everybody: it does not know what they have read. */
  async #moved(): Promise<boolean> {
    const changes = this.#parts.changes()
    const before = this.#place
    let place = before ?? (await changes.latest())
    if (before !== undefined) {
      for (let more = true; more;) ({ next: place, more } = await changes.read(place, perRead))
    }
    this.#place = place
    return place !== before
  }
}
