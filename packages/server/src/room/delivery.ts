import { encodeUpdate } from '@weft/protocol'
import { type Frame, frameOf, together } from './frame.ts'
import type { Member } from './member.ts'
import type { Replica } from './replica.ts'
import { SlowLinks } from './slow-links.ts'
import type { Surroundings } from './surroundings.ts'
import type { Traffic } from './traffic.ts'

const nothingKnown = new Uint8Array([0])

/**
 * Sends to the members of a room, the slow ones included (R4). For a member whose socket has filled up it remembers what
 * that member is known to have; if its queue comes to be dropped, one difference from there catches it up.
 *
 * The replica is never ahead of what was sent to everyone except within a flush: that is what makes "known" simply the
 * replica's state vector.
 */
export class Delivery {
  readonly #replica: Replica
  readonly #traffic: Traffic
  readonly #members = new Set<Member>()
  readonly #slowLinks: SlowLinks
  /** What the last member that was caught up was sent, for others who had the same when their sockets filled up. */
  #difference: { readonly known: Uint8Array; readonly now: Uint8Array; readonly frame: Frame } | undefined

  constructor(replica: Replica, traffic: Traffic, surroundings: Pick<Surroundings, 'now'>) {
    this.#replica = replica
    this.#traffic = traffic
    this.#slowLinks = new SlowLinks(surroundings)
  }

  get members(): ReadonlySet<Member> {
    return this.#members
  }

  /** Whether someone's link was so slow lately that a state must come as several messages. */
  get slowly(): boolean {
    return this.#slowLinks.seen
  }

  add(member: Member): void {
    this.#members.add(member)
  }

  /** Returns whether it was there. */
  remove(member: Member): boolean {
    this.#slowLinks.left(member)
    return this.#members.delete(member)
  }

  /** The replica is about to change: what is sent from here on to a socket that is full may come to be dropped. */
  beforeChange(): void {
    for (const member of this.#members) {
      if (!member.outbox.full) member.known = undefined
      else member.known ??= this.#replica.stateVector
    }
  }

  /**
   * Sends a change of the replica to everyone.
   *
   * @param except who has it already
   * @param along what everyone is to hear, this one too
   */
  change(update: Uint8Array, except: Member | undefined, along: readonly Frame[] = []): void {
    const others = this.#members.size - (except !== undefined && this.#members.has(except) ? 1 : 0)
    if (others > 0) this.#traffic.delivered(others)
    if (others === 0 && along.length === 0) return
    const frame = together(frameOf(encodeUpdate(update)), along)
    for (const member of this.#members) {
      if (member !== except) member.outbox.send(frame)
      else for (const other of along) member.outbox.send(other)
    }
  }

  toAll(frame: Frame): void {
    for (const member of this.#members) member.outbox.send(frame)
  }

  /** Sends a state ahead of anything that is sent later, as fast as the member takes it. */
  stream(member: Member, frames: Iterable<Frame>): void {
    member.outbox.stream(frames)
    this.#slowLinks.sent(member)
    member.known = this.#replica.stateVector
  }

  /** A member's socket has room. Returns whether it must be caught up now. */
  drained(member: Member): boolean {
    if (!this.#members.has(member)) return false
    member.outbox.pump()
    this.#slowLinks.drained(member)
    return member.outbox.behind && !member.outbox.congested
  }

  /**
   * Sends a member what was dropped.
   *
   * @param more what it must be told beside the document. All of it is streamed: in its queue it could be dropped again, and
   *   again.
   */
  catchUp(member: Member, more: readonly Frame[]): void {
    member.outbox.catchUp([this.#differenceTo(member.known ?? nothingKnown), ...more])
    member.known = this.#replica.stateVector
    // It may be large, and nobody else is going to ask for it.
    if (!this.#anyBehind()) this.#difference = undefined
  }

  /** Sockets of a room tend to fill up in the same flush, and then all have the very same state vector. */
  #differenceTo(known: Uint8Array): Frame {
    const now = this.#replica.stateVector
    if (this.#difference?.known !== known || this.#difference.now !== now) {
      this.#difference = { known, now, frame: frameOf(encodeUpdate(this.#replica.difference(known))) }
    }
    return this.#difference.frame
  }

  #anyBehind(): boolean {
    for (const member of this.#members) if (member.outbox.behind) return true
    return false
  }
}
