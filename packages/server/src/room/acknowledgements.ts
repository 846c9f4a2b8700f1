import type { Member } from './member.ts'
import type { Surroundings } from './surroundings.ts'
import type { Traffic } from './traffic.ts'

/** Tells members what of theirs is durable (R2). */
export class Acknowledgements {
  /** Members with frames that no flush has seen. */
  #heard = new Set<Member>()
  /** Members with frames that are not known to be durable. */
  readonly #waiting = new Set<Member>()
  readonly #surroundings: Surroundings
  readonly #traffic: Traffic
  /** When the first frame came that no flush has seen. */
  #since: number | undefined
  /** When the first frame came of what waits for each append, in their order. */
  readonly #appends: { readonly append: number; readonly since: number }[] = []

  constructor(surroundings: Surroundings, traffic: Traffic) {
    this.#surroundings = surroundings
    this.#traffic = traffic
  }

  /** Whether frames came since the last flush. */
  get heard(): boolean {
    return this.#heard.size > 0
  }

  /** A member sent a frame that carries an update. */
  hear(member: Member): void {
    this.#since ??= this.#surroundings.now()
    this.#heard.add(member)
  }

  /** What was heard is durable once this append is. */
  flushed(append: number): void {
    if (this.#since !== undefined) this.#appends.push({ append, since: this.#since })
    this.#since = undefined
    for (const member of this.#heard) {
      if (member.ejected) continue
      member.ledger.await(append)
      this.#waiting.add(member)
    }
    this.#heard = new Set()
  }

  /** Appends up to this one are durable. */
  durable(append: number): void {
    for (const member of this.#waiting) {
      const saved = member.ledger.durable(append)
      if (saved !== undefined) member.sendSaved(saved)
      if (!member.ledger.pending) this.#waiting.delete(member)
    }
    for (let next = this.#appends[0]; next !== undefined && next.append <= append; next = this.#appends[0]) {
      this.#appends.shift()
      this.#traffic.saved(this.#surroundings.now() - next.since)
    }
  }

  forget(member: Member): void {
    this.#heard.delete(member)
    this.#waiting.delete(member)
  }
}
