import type { Duplex } from 'node:stream'
import { StoreError } from '@weft/persistence'
import {
  type ClientMessage,
  decodeClientFrame,
  encodeSyncStep1,
  MalformedFrameError,
  PresenceTooLargeError,
  type RefusalKind,
} from '@weft/protocol'
import { WebSocket } from 'ws'
import type { Identity, Refused } from '../auth/access.ts'
import type { EarlyState, Newcomer } from '../room/early-state.ts'
import type { Seat } from '../room/member.ts'
import type { Seated } from '../room/rooms.ts'
import type { Arrival } from './arrivals.ts'
import { type Access, Credentials } from './credentials.ts'
import type { Expiries } from './expiries.ts'
import type { SocketLimits } from './limits.ts'
import type { Pace, PaceAccount, Paced } from './pace.ts'
import { SocketWire } from './socket-wire.ts'

/** What a connection needs of the rest. */
export interface ConnectionParts {
  /** What its member is told by: random, and no other one's. */
  readonly id: string
  readonly ws: WebSocket
  /** The stream below the WebSocket, whose `drain` says that there is room again. */
  readonly socket: Duplex
  readonly speaksWeft: boolean
  readonly limits: SocketLimits
  readonly pace: Pace
  /** Who it is: by the token that it came with, or by a fresh one. */
  readonly authenticate: (fresh?: string) => Promise<Access | Refused>
  readonly expiries: Expiries
  /** Takes a seat for it. @throws StoreError */
  readonly join: (seat: Seat, create: boolean, newcomer: Newcomer) => Promise<Seated>
  readonly events: ConnectionEvents
}

/** What an operator wants to know of connections. */
export interface ConnectionEvents {
  /** It was closed for what it did or is. `detail` is for the log. */
  refused(kind: RefusalKind, detail: string): void
  /** Something failed that has no name. */
  failed(error: unknown): void
  /** The client said its first word. */
  spoke(): void
  closed(): void
}

/** Sync step 1 of someone who has nothing. */
const questionOfNewcomer = encodeSyncStep1(new Uint8Array([0]))

function asksForEverything(frame: Uint8Array): boolean {
  return Buffer.compare(frame, questionOfNewcomer) === 0
}

/** Where a connection is in its life. */
type Life =
  | {
      readonly stage: 'arriving'
      heldBytes: number
      /** The document's state, once it can be sent before there is a room. */
      offer?: EarlyState
      /** The state that its first question was answered with before there was a room. */
      answered?: EarlyState
    }
  | { readonly stage: 'seated'; readonly seated: Seated }
  | { readonly stage: 'over' }

/** One WebSocket: it is authenticated, takes one seat in one room, and hands on what its client says. */
export class Connection implements Arrival, Paced {
  readonly wire: SocketWire
  readonly account: PaceAccount
  readonly #parts: ConnectionParts
  readonly #credentials: Credentials
  #life: Life = { stage: 'arriving', heldBytes: 0 }
  /** Frames that wait, in order, until it is seated (S2) or within its allowance. */
  #held: Uint8Array[] = []
  #waiting = false
  #spoken = false
  #unansweredPing: Buffer | undefined
  /** Whether it was heard since the last sweep of the sync tier. */
  heard = true

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.wire = new SocketWire(parts.ws, parts.socket)
    this.account = parts.pace.open()
    this.#credentials = new Credentials({
      authenticate: parts.authenticate,
      renewed: (access) => this.#renewed(access),
      refuse: (kind, text) => this.refuse(kind, text),
    })
    parts.ws.on('message', (data: Buffer, isBinary: boolean) => this.#message(data, isBinary))
    parts.ws.on('ping', (data: Buffer) => this.#pinged(data))
    parts.ws.on('pong', () => (this.heard = true))
    parts.ws.on('close', () => this.#closed())
    parts.ws.on('error', (error) => this.#protocolError(error))
    parts.socket.on('drain', () => {
      this.#answerPing()
      if (this.#life.stage === 'seated') this.#life.seated.room.drained(this.#life.seated.member)
    })
  }

  /** Authenticates and takes a seat. Never rejects. */
  async begin(): Promise<void> {
    try {
      const access = await this.#credentials.begin()
      if (access === undefined || this.#over()) return
      const { id, speaksWeft, expiries } = this.#parts
      const { identity, role } = access
      expiries.watch(this)
      const seat: Seat = { id, wire: this.wire, actor: identity.subject, role, speaksWeft }
      this.#seat(await this.#parts.join(seat, role !== 'read', { offer: (state) => this.#offered(state) }))
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Whether the member's queue was dropped because it does not take what it is sent. */
  get behind(): boolean {
    return this.#life.stage === 'seated' && this.#life.seated.member.outbox.behind
  }

  /** When its access ends, in milliseconds since 1970. */
  get expires(): number {
    return this.#credentials.expires
  }

  /** Who its client is, once that is known. */
  get identity(): Identity | undefined {
    return this.#credentials.identity
  }

  /** Its access has ended. */
  expire(): void {
    this.refuse('unauthorized', 'its token has expired and no fresh one came')
  }

  /**
   * Closes it with the kind's code. What is closing already keeps its first reason, in the log too.
   *
   * @param retryAfter milliseconds, where the kind may be retried
   */
  refuse(kind: RefusalKind, detail: string, retryAfter?: number): void {
    if (this.closing) return
    this.#parts.events.refused(kind, detail)
    this.wire.close(kind, retryAfter)
  }

  timedOut(): void {
    this.refuse('handshake-timeout', 'it was opened and then said nothing')
  }

  giveWay(): void {
    this.refuse('handshake-timeout', 'it said nothing while too many others came')
    // The many that never speak do not answer a close either.
    this.terminate()
  }

  /** Asks the other side's WebSocket whether it is still there. */
  ping(): void {
    this.#parts.ws.ping()
  }

  /** Drops it without a word: nobody is there to hear one. */
  terminate(): void {
    this.#parts.ws.terminate()
  }

  #seat(seated: Seated): void {
    const life = this.#life
    // The client may have gone while its document was loaded.
    if (life.stage !== 'arriving') {
      seated.room.leave(seated.member)
      return
    }
    this.#life = { stage: 'seated', seated }
    // Before what is held is handed on, since the room may pause the socket for it. Nothing new is read until this returns.
    this.wire.resume()
    if (life.answered !== undefined) {
      seated.room.complete(seated.member, life.answered)
      this.#held.shift()
    }
    this.goOn()
  }

  #offered(state: EarlyState): void {
    if (this.#life.stage === 'arriving') this.#life.offer = state
    this.#answerEarly()
  }

  /** Sends the state while the document is loaded, if that is what was asked first. */
  #answerEarly(): void {
    const life = this.#life
    if (life.stage !== 'arriving' || life.answered !== undefined || life.offer === undefined) return
    const [first] = this.#held
    if (first === undefined || !asksForEverything(first)) return
    life.answered = life.offer
    life.offer.sendTo(this.wire, this.#parts.speaksWeft)
  }

  /** Whether what it sends waits for its allowance. */
  get waiting(): boolean {
    return this.#waiting
  }

  wait(): void {
    this.#waiting = true
    this.wire.slowDown()
  }

  goOn(): void {
    const life = this.#life
    if (life.stage !== 'seated') return
    this.#waiting = false
    const held = this.#held
    let taken = 0
    for (const frame of held) {
      if (this.waiting) break
      this.#receive(life.seated, frame)
      taken++
    }
    this.#held = held.slice(taken)
    if (!this.waiting) this.wire.goOn()
  }

  tooFast(): void {
    this.refuse('too-fast', 'it sent more than its share for too long while others were waiting')
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (!this.#spoken) this.#speak()
    this.heard = true
    const life = this.#life
    if (this.closing) return
    if (!isBinary) {
      this.refuse('malformed', 'a text frame')
      return
    }
    if (life.stage === 'seated' && !this.#waiting) this.#receive(life.seated, data)
    else this.#held.push(data)
    if (life.stage === 'arriving') {
      life.heldBytes += data.byteLength
      this.#answerEarly()
      if (life.heldBytes >= this.#parts.limits.heldBytes) this.wire.pause()
    }
  }

  #speak(): void {
    this.#spoken = true
    this.#parts.events.spoke()
  }

  #pinged(data: Buffer): void {
    this.heard = true
    this.#parts.pace.spend(this, 1, data.byteLength)
    this.#unansweredPing = data
    this.#answerPing()
  }

  /** Answers the latest ping, as RFC 6455 §5.5.3 allows, when the client takes what it is sent: a flood of pings costs nothing (R4). */
  #answerPing(): void {
    if (this.#unansweredPing === undefined || this.#parts.socket.writableNeedDrain) return
    this.#parts.ws.pong(this.#unansweredPing)
    this.#unansweredPing = undefined
  }

  /** After a refusal the close is under way: what still comes, or is still held, is not looked at. */
  get closing(): boolean {
    return this.#parts.ws.readyState !== WebSocket.OPEN
  }

  #receive({ room, member }: Seated, frame: Uint8Array): void {
    if (this.closing) return
    this.#parts.pace.count(this, frame)
    const message = this.#decode(frame)
    if (message?.type === 'token') this.#credentials.renew(message.token).catch((error: unknown) => this.#failed(error))
    else if (message !== undefined) room.receive(member, message)
  }

  #renewed({ role }: Access): void {
    if (this.closing || this.#life.stage !== 'seated') return
    this.#life.seated.member.permit(role)
    this.#parts.expiries.watch(this)
  }

  #decode(frame: Uint8Array): ClientMessage | undefined {
    try {
      return decodeClientFrame(frame)
    } catch (error) {
      if (error instanceof PresenceTooLargeError) this.refuse('presence-too-large', error.message)
      else if (error instanceof MalformedFrameError) this.refuse('malformed', error.message)
      else throw error
      return undefined
    }
  }

  #protocolError(error: Error): void {
    const code = 'code' in error ? error.code : undefined
    const tooLarge = code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'
    // `ws` closes by itself; a socket that simply broke is no refusal.
    if (typeof code === 'string' && code.startsWith('WS_ERR')) {
      this.#parts.events.refused(tooLarge ? 'message-too-large' : 'malformed', error.message)
    }
  }

  #closed(): void {
    const life = this.#life
    this.#life = { stage: 'over' }
    this.#held = []
    this.#parts.pace.forget(this)
    this.#parts.expiries.forget(this)
    if (life.stage === 'seated') life.seated.room.leave(life.seated.member)
    this.#parts.events.closed()
  }

  #over(): boolean {
    return this.#life.stage === 'over'
  }

  #failed(error: unknown): void {
    if (error instanceof StoreError) this.refuse(error.kind, error.message)
    else {
      this.#parts.events.failed(error)
      this.wire.close('store-unavailable')
    }
  }
}
