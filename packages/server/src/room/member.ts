import { encodeError, encodePermissionDenied, encodeSaved, type RefusalKind, type Role } from '@weft/protocol'
import { type Frame, frameOf } from './frame.ts'
import type { RoomLimits } from './limits.ts'
import type { HeldFrames } from './held-frames.ts'
import { Outbox } from './outbox.ts'
import { SavedLedger } from './saved-ledger.ts'
import type { Traffic } from './traffic.ts'
import type { Wire } from './wire.ts'

/** What someone brings who takes a seat. */
export interface Seat {
  /** What the member is told by: random, and no other one's. */
  readonly id: string
  readonly wire: Wire
  /** Who it is: a token's subject, or an anonymous id. */
  readonly actor: string
  readonly role: Role
  /** Whether it understands Weft's own messages (subprotocol `weft.1`). */
  readonly speaksWeft: boolean
}

/** One client's seat in one room. */
export class Member {
  readonly id: string
  readonly actor: string
  /** When it took its seat, in milliseconds since 1970. */
  readonly since: number
  readonly outbox: Outbox
  readonly ledger: SavedLedger = new SavedLedger()
  /** Set while something that it sent waits for other updates. */
  held: HeldFrames | undefined
  /** The encoded state vector that it is known to have, from the moment its socket filled up. */
  known: Uint8Array | undefined
  /** Whether it has not answered the step 1 that it was asked when it took its seat. */
  opening = true
  /** Whether it lost its connection for what it sent: nothing more of it is taken, or acknowledged. */
  ejected = false
  readonly #wire: Wire
  readonly #speaksWeft: boolean
  /** Why it was first refused something, for as long as it is connected. */
  #refusal: Frame | undefined
  #paused = false
  #role: Role

  constructor(seat: Seat, limits: RoomLimits, now: number, traffic: Traffic) {
    this.id = seat.id
    this.actor = seat.actor
    this.since = now
    this.#role = seat.role
    this.#wire = seat.wire
    this.#speaksWeft = seat.speaksWeft
    this.outbox = new Outbox(seat.wire, limits.memberWireBytes, limits.memberQueueBytes, traffic)
  }

  /** Sends one of Weft's own messages to a client that understands them. */
  sendExtension(payload: Uint8Array): void {
    if (this.#speaksWeft) this.outbox.send(frameOf(payload))
  }

  /** Tells it how many of its frames are durable. */
  sendSaved(frames: number): void {
    if (this.#speaksWeft) this.outbox.send(frameOf(encodeSaved(frames)))
  }

  get role(): Role {
    return this.#role
  }

  get canWrite(): boolean {
    return this.#role !== 'read'
  }

  /** How many bytes wait to be sent to it. */
  get waitingBytes(): number {
    return this.#wire.buffered + this.outbox.queuedBytes
  }

  /** Its access is another from now on: what comes next is judged by it. A client that may do less is told. */
  permit(role: Role): void {
    const [before, canWrite] = [this.canWrite, role !== 'read']
    this.#role = role
    if (before && !canWrite) {
      const told = encodeError('read-only', 'From now on you may read this document but not change it.', 0)
      this.#refusal ??= frameOf(told)
      this.sendExtension(told)
    }
    // What was refused meanwhile comes again with a new connection; nothing after it would be called saved on this one.
    if (!before && canWrite && this.refused) this.#wire.close('restarting')
  }

  /** Whether it was refused something. */
  get refused(): boolean {
    return this.#refusal !== undefined
  }

  /** Refuses one frame; the seat stays. `text` is for a person. */
  refuse(kind: RefusalKind, text: string, frame: number): void {
    this.ledger.refuse(frame)
    if (kind === 'read-only') this.outbox.send(frameOf(encodePermissionDenied(text)))
    const refusal = frameOf(encodeError(kind, text, frame))
    this.#refusal ??= refusal
    if (this.#speaksWeft) this.outbox.send(refusal)
  }

  /** What it must know of its own frames, should it have missed it. */
  standing(): Frame[] {
    if (!this.#speaksWeft) return []
    const { saved } = this.ledger
    return [
      ...(this.#refusal === undefined ? [] : [this.#refusal]),
      ...(saved > 0 ? [frameOf(encodeSaved(saved))] : []),
    ]
  }

  /** Ends its connection. */
  close(kind: RefusalKind, text?: string): void {
    if (text !== undefined) this.sendExtension(encodeError(kind, text, 0))
    this.#wire.close(kind)
  }

  /** Stops reading from it. */
  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#wire.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#wire.resume()
  }
}
