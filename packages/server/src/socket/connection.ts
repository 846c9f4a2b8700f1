import type { Duplex } from 'node:stream'
import { StoreError } from '@weft/persistence'
import {
  type ClientMessage,
  decodeClientFrame,
  encodeSyncStep1,
  MalformedFrameError,
  type RefusalKind,
} from '@weft/protocol'
import { WebSocket } from 'ws'
import type { Access, Refused } from '../auth/access.ts'
import type { EarlyState, Newcomer } from '../room/early-state.ts'
import type { Seat } from '../room/member.ts'
import type { Seated } from '../room/rooms.ts'
import type { SocketLimits } from './limits.ts'
import { SocketWire } from './socket-wire.ts'

/** What a connection needs of the rest. */
export interface ConnectionParts {
  readonly ws: WebSocket
  /** The stream below the WebSocket, whose `drain` says that there is room again. */
  readonly socket: Duplex
  readonly speaksWeft: boolean
  readonly limits: SocketLimits
  /** Who it is, asked once. */
  readonly authenticate: () => Promise<Access | Refused>
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
  closed(): void
}

/** Sync step 1 of someone who has nothing. */
const questionOfNewcomer = encodeSyncStep1(new Uint8Array([0]))

function asksForEverything(frame: Uint8Array): boolean {
  return Buffer.compare(frame, questionOfNewcomer) === 0
}

/** Where a connection is in its life. Frames that come before it is seated are held in order (S2). */
type Life =
  | {
      readonly stage: 'arriving'
      readonly held: Uint8Array[]
      heldBytes: number
      /** The document's state, once it can be sent before there is a room. */
      offer?: EarlyState
      /** The state that its first question was answered with before there was a room. */
      answered?: EarlyState
    }
  | { readonly stage: 'seated'; readonly seated: Seated }
  | { readonly stage: 'over' }

/** One WebSocket: it is authenticated, takes one seat in one room, and hands on what its client says. */
export class Connection {
  readonly wire: SocketWire
  readonly #parts: ConnectionParts
  #life: Life = { stage: 'arriving', held: [], heldBytes: 0 }
  #unansweredPing: Buffer | undefined
  /** Whether the client has said anything. */
  spoken = false
  /** Whether it was heard since the last sweep of the sync tier. */
  heard = true

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.wire = new SocketWire(parts.ws, parts.socket)
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
      const access = await this.#parts.authenticate()
      if ('refused' in access) {
        this.refuse(access.refused, access.text)
        return
      }
      if (this.#over()) return
      const canWrite = access.role !== 'read'
      const { speaksWeft } = this.#parts
      const seat: Seat = { wire: this.wire, actor: access.actor, canWrite, speaksWeft }
      this.#seat(await this.#parts.join(seat, canWrite, { offer: (state) => this.#offered(state) }))
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Whether the member's queue was dropped because it does not take what it is sent. */
  get behind(): boolean {
    return this.#life.stage === 'seated' && this.#life.seated.member.outbox.behind
  }

  /** Closes it with the kind's code. What is closing already keeps its first reason, in the log too. */
  refuse(kind: RefusalKind, detail: string): void {
    if (this.#closing) return
    this.#parts.events.refused(kind, detail)
    this.wire.close(kind)
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
    const { answered, held } = life
    if (answered !== undefined) seated.room.complete(seated.member, answered)
    for (const frame of answered === undefined ? held : held.slice(1)) this.#receive(seated, frame)
  }

  #offered(state: EarlyState): void {
    if (this.#life.stage === 'arriving') this.#life.offer = state
    this.#answerEarly()
  }

  /** Sends the state while the document is loaded, if that is what was asked first. */
  #answerEarly(): void {
    const life = this.#life
    if (life.stage !== 'arriving' || life.answered !== undefined || life.offer === undefined) return
    const [first] = life.held
    if (first === undefined || !asksForEverything(first)) return
    life.answered = life.offer
    life.offer.sendTo(this.wire, this.#parts.speaksWeft)
  }

  #message(data: Buffer, isBinary: boolean): void {
    this.spoken = true
    this.heard = true
    const life = this.#life
    if (this.#closing) return
    if (!isBinary) {
      this.refuse('malformed', 'a text frame')
      return
    }
    if (life.stage === 'seated') this.#receive(life.seated, data)
    else if (life.stage === 'arriving') {
      life.held.push(data)
      life.heldBytes += data.byteLength
      this.#answerEarly()
      if (life.heldBytes >= this.#parts.limits.heldBytes) this.wire.pause()
    }
  }

  #pinged(data: Buffer): void {
    this.heard = true
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
  get #closing(): boolean {
    return this.#parts.ws.readyState !== WebSocket.OPEN
  }

  #receive({ room, member }: Seated, frame: Uint8Array): void {
    if (this.#closing) return
    const message = this.#decode(frame)
    // A fresh token has nothing to extend where nobody's access ends.
    if (message !== undefined && message.type !== 'token') room.receive(member, message)
  }

  #decode(frame: Uint8Array): ClientMessage | undefined {
    try {
      return decodeClientFrame(frame)
    } catch (error) {
      if (!(error instanceof MalformedFrameError)) throw error
      this.refuse('malformed', error.message)
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
