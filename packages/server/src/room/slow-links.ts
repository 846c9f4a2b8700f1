import type { Member } from './member.ts'
import type { Surroundings } from './surroundings.ts'

/** How long a state is on its way to the socket before its link counts as slow, in milliseconds. */
const slow = 10_000

/** How long that is remembered, in milliseconds: who has given up comes back to the same document. */
const remembered = 10 * 60_000

/**
 * Whether anyone opens this document over a link so slow that a whole state, as one message, may come to nothing: a stock client
 * that has heard no message for 30 s closes its connection and asks for the same again.
 *
 * A client cannot be told from others when it comes back, so it is the document that remembers.
 */
export class SlowLinks {
  /** When a member was sent a state that has not left for the kernel yet. */
  #sent: Map<Member, number> | undefined
  readonly #surroundings: Pick<Surroundings, 'now'>
  #until = -Infinity

  constructor(surroundings: Pick<Surroundings, 'now'>) {
    this.#surroundings = surroundings
  }

  /** Whether one was seen lately. */
  get seen(): boolean {
    const now = this.#surroundings.now()
    if (now < this.#until) return true
    // A client that has given up is back before its old connection is known to be gone.
    for (const since of this.#sent?.values() ?? []) if (now - since >= slow) return true
    return false
  }

  /** A state has been sent to a member. */
  sent(member: Member): void {
    if (!member.outbox.full || this.#sent?.has(member) === true) return
    this.#sent ??= new Map()
    this.#sent.set(member, this.#surroundings.now())
  }

  /** A member's socket has room again. */
  drained(member: Member): void {
    if (!member.outbox.full) this.left(member)
  }

  /** A member has left. */
  left(member: Member): void {
    const since = this.#sent?.get(member)
    if (since === undefined) return
    this.#sent?.delete(member)
    const now = this.#surroundings.now()
    if (now - since >= slow) this.#until = now + remembered
  }
}
