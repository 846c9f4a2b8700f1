import type { RefusalKind } from '@weft/protocol'
import { type ActorUpdate, EntriesInOrder } from './entries-in-order.ts'
import { HeldFrames } from './held-frames.ts'
import type { RoomLimits } from './limits.ts'
import type { Member } from './member.ts'
import { isSound } from './sound-update.ts'
import { mergeUpdates } from './merge-updates.ts'
import type { Replica } from './replica.ts'

/** What a flush has to send on. */
export interface Intaken {
  /** What changed in the replica, for everybody; undefined where nothing did. */
  readonly change: Uint8Array | undefined
  /** The only member that has the change already; undefined where several wrote. */
  readonly author: Member | undefined
  /** What must be in the log, in order: the change, merged for each actor, and the bytes of what waits and has changed nothing yet. */
  readonly entries: readonly ActorUpdate[]
  /** Members that sent something which waits for what they must have: they are to be asked for all that the replica lacks. */
  readonly incomplete: readonly Member[]
  /** Whether something that the log holds could not be read as Yjs wrote it. */
  readonly logUnreadable: boolean
  /** Whether some of what waited could never be integrated, and was let go. */
  readonly letGo: boolean
}

/** How much is applied at once. */
export type Turn = Pick<RoomLimits, 'updatesPerTurn' | 'bytesPerTurn'>

const everything: Turn = { updatesPerTurn: Infinity, bytesPerTurn: Infinity }

/** Called for a member whose update cannot be taken: it loses its connection. */
export type Eject = (member: Member, kind: RefusalKind, text: string) => void

/** What a member sent. */
interface Received {
  readonly member: Member
  readonly update: Uint8Array
  /** Whether it is a step 2, which by its nature brings what others wait for. */
  readonly answersStep1: boolean
}

/**
 * Updates on their way into the replica. They gather until the flush and are then applied in the order in which they came,
 * never those of two senders in one transaction, so that each change belongs to its sender.
 */
export class Intake {
  readonly #replica: Replica
  readonly #limits: RoomLimits
  readonly #eject: Eject
  #inbox: Received[] = []
  #bytes = 0
  /** What the log holds and other nodes put there. */
  #logged: Uint8Array[] = []
  #logUnreadable = false
  #letGo = false
  #changes: Uint8Array[] = []
  /** Who wrote the change; its first author, where there are several. */
  #author: Member | undefined
  #severalAuthors = false
  /** Whether the change holds more than its authors sent: what had waited came with it. */
  #completed = false
  readonly #entries = new EntriesInOrder<ActorUpdate>()
  /** Whether entries and changes differ, because something waits or waited. */
  #differ = false
  #holding: Set<Member> | undefined
  #incomplete: Member[] = []

  constructor(replica: Replica, limits: RoomLimits, eject: Eject) {
    this.#replica = replica
    this.#limits = limits
    this.#eject = eject
  }

  /** Bytes that wait for the flush. */
  get bytes(): number {
    return this.#bytes
  }

  /** Updates of members that wait for the flush. */
  get waiting(): number {
    return this.#inbox.length
  }

  /** @param answersStep1 whether it is a step 2, which by its nature brings what others wait for */
  add(member: Member, update: Uint8Array, answersStep1: boolean): void {
    this.#inbox.push({ member, update, answersStep1 })
    this.#bytes += update.byteLength
  }

  /** Updates that are in the log already. */
  addLogged(updates: readonly Uint8Array[]): void {
    this.#logged.push(...updates)
  }

  /** Whether nothing has gathered. */
  get empty(): boolean {
    return this.#inbox.length === 0 && this.#logged.length === 0
  }

  /**
   * Applies what has gathered, in order.
   *
   * @param turn how much of it at most; the rest waits for the next call
   */
  take(turn: Turn = everything): Intaken {
    const inbox = this.#nextOfInbox(turn)
    this.#applyLogged()
    for (let next = 0; next < inbox.length;) {
      const together = this.#applyTogether(inbox, next)
      next += together
      const received = inbox[next]
      if (together > 0 || received === undefined) continue
      this.#takeOne(received)
      next++
    }
    for (const member of this.#holding ?? []) if (member.held?.due === true) this.#tryHeld(member)
    this.#release()
    return this.#finish()
  }

  /** A member has left: what is held of it is tried with the next flush, and then belongs to the document. */
  forget(member: Member): void {
    const held = member.held?.take()
    member.held = undefined
    this.#holding?.delete(member)
    if (held !== undefined && !member.ejected) this.add(member, held, true)
  }

  #nextOfInbox({ updatesPerTurn, bytesPerTurn }: Turn): readonly Received[] {
    const inbox = this.#inbox
    let count = 0
    let bytes = 0
    while (count < inbox.length && count < updatesPerTurn && bytes < bytesPerTurn) {
      bytes += inbox[count]?.update.byteLength ?? 0
      count++
    }
    this.#inbox = inbox.slice(count)
    this.#bytes -= bytes
    return inbox.slice(0, count)
  }

  #finish(): Intaken {
    const entries = this.#entries.take()
    const changes = this.#differ ? this.#changes : entries.map(({ update }) => update)
    const change = changes.length === 0 ? undefined : mergeUpdates(changes)
    const author = this.#severalAuthors || this.#completed ? undefined : this.#author
    if (change !== undefined) this.#replica.remember(change)
    this.#changes = []
    this.#author = undefined
    this.#severalAuthors = false
    this.#differ = false
    this.#completed = false
    const incomplete = this.#incomplete
    this.#incomplete = []
    const logUnreadable = this.#logUnreadable
    const letGo = this.#letGo
    this.#logUnreadable = false
    this.#letGo = false
    return { change, author, entries, incomplete, logUnreadable, letGo }
  }

  #applyLogged(): void {
    if (this.#logged.length === 0) return
    const logged = this.#logged
    this.#logged = []
    this.#differ = true
    const { update, error, letGo } = this.#replica.applyLogged(logged)
    if (update !== undefined) {
      this.#completed = true
      this.#changes.push(update)
    }
    this.#logUnreadable ||= error !== undefined
    this.#letGo ||= letGo
  }

  /**
   * Applies what one member sent in a row as one transaction, which costs half as much as one for each.
   *
   * @returns how many: none, or fewer than are in the row, where one is no ordinary update and has to be looked at alone
   */
  #applyTogether(inbox: readonly Received[], start: number): number {
    const member = inbox[start]?.member
    if (member === undefined || member.ejected || member.held !== undefined || this.#replica.waiting) return 0
    let end = start
    while (inbox[end]?.member === member && inbox[end]?.answersStep1 === false) end++
    if (end - start < 2) return 0
    const { count, update } = this.#replica.applyTogether(inbox.slice(start, end).map((received) => received.update))
    if (update !== undefined) {
      this.#changed(member, update)
      this.#log(member, update)
    }
    return count
  }

  #takeOne({ member, update, answersStep1 }: Received): void {
    if (member.ejected) return
    if (member.held !== undefined && !answersStep1) this.#hold(member, member.held, update)
    // A step 2 repeats every deletion there ever was: what of it is new only applying it tells.
    else if (!answersStep1 && this.#replica.takePlain(update)) this.#takePlain(member, update)
    else this.#apply(member, update)
    // A step 2 is all that its sender has: what it sent before waits no longer, or nothing it has will help.
    if (answersStep1) this.#endHolding(member)
  }

  #takePlain(member: Member, update: Uint8Array): void {
    this.#changed(member, update)
    this.#log(member, update)
  }

  #apply(member: Member, update: Uint8Array): void {
    this.#completed ||= this.#replica.waiting
    const applied = this.#replica.apply(update, this.#limits)
    if (applied.waiting !== undefined) {
      this.#logWaiting(member, applied.waiting)
      if (applied.grew) this.#beginHolding(member, update.byteLength)
    }
    if (applied.update !== undefined) {
      this.#changed(member, applied.update)
      this.#log(member, applied.update)
    }
    this.#letGo ||= applied.letGo
    if (applied.error !== undefined) this.#unreadable(member)
    if (applied.overflow) this.#noRoomToWait(member, update.byteLength)
    this.#release()
  }

  #changed(member: Member, update: Uint8Array): void {
    this.#changes.push(update)
    this.#author ??= member
    this.#severalAuthors ||= this.#author !== member
  }

  #log({ actor }: Member, update: Uint8Array, waits = false): void {
    this.#entries.add({ actor, update, waits })
  }

  #logWaiting(member: Member, update: Uint8Array): void {
    this.#differ = true
    this.#log(member, update, true)
  }

  #beginHolding(member: Member, bytes: number): void {
    if (member.held !== undefined) return
    member.held = new HeldFrames(bytes)
    this.#holding ??= new Set()
    this.#holding.add(member)
    this.#incomplete.push(member)
  }

  #endHolding(member: Member): void {
    if (this.#holding?.delete(member) !== true) return
    this.#tryHeld(member)
    member.held = undefined
  }

  #hold(member: Member, held: HeldFrames, update: Uint8Array): void {
    if (held.bytes + update.byteLength > this.#limits.waitingBytesPerMember) {
      this.#tooMuchWaits(member)
      return
    }
    // It goes into the log as it is, unapplied.
    if (!isSound(update)) {
      this.#unreadable(member)
      return
    }
    held.hold(update)
    this.#logWaiting(member, update)
  }

  #tryHeld(member: Member): void {
    const merged = member.held?.take()
    if (merged === undefined) return
    const applied = this.#replica.apply(merged, this.#limits)
    // The bytes are in the log already; what they changed is for everybody all the same.
    if (applied.update !== undefined) {
      this.#differ = true
      this.#changed(member, applied.update)
    }
    this.#letGo ||= applied.letGo
    if (applied.error !== undefined) this.#unreadable(member)
    if (applied.overflow) this.#noRoomToWait(member, merged.byteLength)
  }

  /** Once nothing waits any more, everyone's updates are applied as they come again. */
  #release(): void {
    const holding = this.#holding
    if (holding === undefined) return
    while (!this.#replica.waiting && holding.size > 0) for (const member of holding) this.#endHolding(member)
    if (holding.size === 0) this.#holding = undefined
  }

  #unreadable(member: Member): void {
    this.#out(member, 'malformed', 'an update cannot be read as Yjs wrote it')
  }

  /**
   * What others left waiting fills the room. That is not this member's doing: when it comes back, its step 2 brings what it
   * has in one, and nothing of that waits.
   */
  #noRoomToWait(member: Member, bytes: number): void {
    if (bytes > this.#limits.waitingBytesPerMember) this.#tooMuchWaits(member)
    else this.#out(member, 'overloaded', 'too many updates of others wait in this document')
  }

  #tooMuchWaits(member: Member): void {
    this.#out(member, 'missing-dependencies', 'too many updates wait for others that never came')
  }

  #out(member: Member, kind: RefusalKind, text: string): void {
    if (!member.ejected) this.#eject(member, kind, text)
  }
}
