import type { NodeRole } from './config/settings.ts'
import type { Readiness } from './http/node-app.ts'
import type { Surroundings } from './room/surroundings.ts'
import type { StoreOpening } from './store-opening.ts'

/** A store that says nothing for so long counts as lost, in milliseconds: whoever asks gives up after a second. */
const answerLimit = 500

/** What a node's health follows from. */
export interface HealthParts {
  readonly role: NodeRole
  readonly opening: StoreOpening
  /** Whether the store is elsewhere, and may be out of reach while nothing is being appended. */
  readonly shared: boolean
  readonly surroundings: Surroundings
}

/** How this node is: the answer of `/readyz`. */
export class Health {
  /** Documents whose appends the store does not take. */
  readonly failing: Set<string> = new Set()
  draining = false
  readonly #parts: HealthParts
  #asking: Promise<boolean> | undefined

  constructor(parts: HealthParts) {
    this.#parts = parts
  }

  /** Whether the store is still waited for. */
  get waiting(): boolean {
    return this.#parts.opening.store === undefined
  }

  /** A node that holds unsaved edits stays ready when its store is lost, since they live there; an edge has none. */
  async readiness(): Promise<Readiness> {
    const store = await this.#store()
    const serves = store === 'ok' || (store === 'lost' && this.#parts.role !== 'edge')
    return { ready: serves && !this.draining, store, draining: this.draining }
  }

  async #store(): Promise<Readiness['store']> {
    if (this.waiting) return 'waiting'
    if (this.failing.size > 0) return 'lost'
    if (!this.#parts.shared) return 'ok'
    // However many ask at once, the store is asked once.
    this.#asking ??= this.#answers().finally(() => (this.#asking = undefined))
    return (await this.#asking) ? 'ok' : 'lost'
  }

  async #answers(): Promise<boolean> {
    const { opening, surroundings } = this.#parts
    const late = Promise.withResolvers<boolean>()
    const cancel = surroundings.timer(answerLimit, () => late.resolve(false))
    const answer = Promise.resolve(opening.store?.check()).then(
      () => true,
      () => false,
    )
    const answered = await Promise.race([answer, late.promise])
    cancel()
    return answered
  }
}
