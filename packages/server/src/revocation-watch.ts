import type { Revocation, Revocations } from '@weft/persistence'
import type { RevokedTokens } from '@weft/protocol'
import type { RevocationList } from './auth/revocation-list.ts'
import type { Log } from './observability/log.ts'
import type { Surroundings } from './room/surroundings.ts'

/** How often a store that nodes share is asked whether another one has revoked something, in milliseconds. */
const interval = 1_000

/** How far clocks may differ, in milliseconds: a revocation holds for so much longer than the tokens that it covers. */
const clockTolerance = 60_000

/** What a watch is made with. */
export interface RevocationWatchParts {
  readonly list: RevocationList
  readonly surroundings: Pick<Surroundings, 'now' | 'timer' | 'randomId'>
  readonly log: Log
  /** How long a token may hold, in milliseconds. */
  readonly maxLifetime: number
  /** Something was revoked: what is open by it is to be closed. */
  readonly changed: () => void
}

/** Keeps a node's list of revocations as the store has it, and adds to both. */
export class RevocationWatch {
  readonly #parts: RevocationWatchParts
  #store: Revocations | undefined
  #seen: string | undefined
  #cancel: () => void = () => {}
  #failing = false
  #over = false

  constructor(parts: RevocationWatchParts) {
    this.#parts = parts
  }

  /**
   * The store is there. Resolves when what it knows is known here.
   *
   * @param shared whether other nodes may add to it
   */
  async begin(store: Revocations, shared: boolean): Promise<void> {
    this.#store = store
    await this.#look()
    // One that failed at first is asked again, shared or not: what was revoked before must hold.
    if (shared || this.#failing) this.#lookLater()
  }

  /**
   * Takes tokens back: those that were issued before now.
   *
   * @throws StoreUnavailableError, also where there is no store yet
   */
  async revoke(store: Revocations, tokens: RevokedTokens, by: string): Promise<Revocation> {
    const { list, surroundings, log, maxLifetime, changed } = this.#parts
    const now = surroundings.now()
    const until = now + maxLifetime + clockTolerance
    const revocation = { id: surroundings.randomId(), tokens, before: now, until, by }
    await store.add(revocation, now)
    log.info('tokens-revoked', { ...tokens, by })
    if (list.add([revocation])) changed()
    return revocation
  }

  stop(): void {
    this.#over = true
    this.#cancel()
  }

  #lookLater(): void {
    if (this.#over) return
    this.#cancel = this.#parts.surroundings.timer(interval, () => void this.#look().then(() => this.#lookLater()))
  }

  async #look(): Promise<void> {
    const { list, surroundings, log, changed } = this.#parts
    try {
      const found = await this.#store?.since(this.#seen, surroundings.now())
      if (this.#failing) log.info('revocations-recovered')
      this.#failing = false
      if (found === undefined) return
      this.#seen = found.version
      if (list.add(found.revocations)) changed()
    } catch (error) {
      if (!this.#failing && !this.#over) log.warn('revocations-unknown', { error })
      this.#failing = true
    }
  }
}
