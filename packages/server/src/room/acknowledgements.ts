import type { Member } from './member.ts'

/** Tells members what of theirs is durable (R2). */
export class Acknowledgements {
  /** Members with frames that no flush has seen. */
  #heard = new Set<Member>()
  /** Members with frames that are not known to be durable. */
  readonly #waiting = new Set<Member>()

  /** Whether frames came since the last flush. */
  get heard(): boolean {
    return this.#heard.size > 0
  }

  /** A member sent a frame that carries an update. */
  hear(member: Member): void {
    this.#heard.add(member)
  }

  /** What was heard is durable once this append is. */
  flushed(append: number): void {
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
  }

  forget(member: Member): void {
    this.#heard.delete(member)
    this.#waiting.delete(member)
  }
}
