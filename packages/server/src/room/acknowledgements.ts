import type { Member } from './member.ts'
import type { Surroundings } from './surroundings.ts'
import type { Traffic } from './traffic.ts'

/** Tells members what of theirs is durable (R2). Of a room where nobody writes there is next to nothing in memory. */
export class Acknowledgements {
  /** Members with frames that no flush has seen. */
  #heard: Set<Member> | undefined
  /** Members with frames that are not known to be durable. */
  #waiting: Set<Member> | undefined
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
    return (this.#heard?.size ?? 0) > 0
  }

  /** A member sent a frame that carries an update. */
  hear(member: Member): void {
    this.#since ??= this.#surroundings.now()
    this.#heard ??= new Set()
    this.#heard.add(member)
  }

  /** What was heard is durable once this append is. */
  flushed(append: number): void {
    if (this.#since !== undefined) this.#appends.push({ append, since: this.#since })
    this.#since = undefined
    if (this.#heard === undefined) return
    for (const member of this.#heard) {
      if (member.ejected) continue
      member.ledger.await(append)
      this.#waiting ??= new Set()
      this.#waiting.add(member)
    }
    this.#heard = undefined
  }

  /** Appends up to this one are durable. */
  durable(append: number): void {
    this.#tell(append)
    for (let next = this.#appends[0]; next !== undefined && next.append <= append; next = this.#appends[0]) {
      this.#appends.shift()
      this.#traffic.saved(this.#surroundings.now() - next.since)
    }
  }

  forget(member: Member): void {
    this.#heard?.delete(member)
    this.#waiting?.delete(member)
  }

  #tell(append: number): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    for (const member of waiting) {
      const saved = member.ledger.durable(append)
      if (saved !== undefined) member.sendSaved(saved)
      if (!member.ledger.pending) waiting.delete(member)
    }
    if (waiting.size === 0) this.#waiting = undefined
  }
}
