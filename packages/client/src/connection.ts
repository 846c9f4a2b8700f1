import {
  bearerSubprotocolPrefix,
  closeCodes,
  decodeServerExtension,
  defaultMaxMessageBytes,
  encodeEpoch,
  encodeToken,
  isFinalCloseCode,
  isRefusalKind,
  MalformedFrameError,
  messageType,
  parseCloseReason,
  type RefusalKind,
  sameLife,
  weftSubprotocol,
} from '@weft/protocol'
import { WebsocketProvider } from 'y-websocket'
import { Backoff } from './backoff.ts'
import type { ConnectionParts, Phase } from './connection-parts.ts'
import { countingSocket, sendable } from './counting-socket.ts'
import { kindOfCloseCode, refusalText } from './refusal-text.ts'
import { TokenRefresh } from './token-refresh.ts'

/**
 * Milliseconds that an attempt may take, token and handshake together. A network that drops packets lets a browser wait
 * for minutes, and meanwhile nobody would try again.
 */
const attemptTimeout = 20_000

/** What goes into a subprotocol. Every JWT does; anything else makes the WebSocket's constructor throw. */
const tokenCharacters = /^[A-Za-z0-9._~+-]+$/

/**
 * The connection to the server, over y-websocket's provider. The provider speaks the protocol; when to connect is decided
 * here: its own reconnecting knows neither jitter nor `retry-after`, nor tokens that must be fetched first.
 */
export class Connection {
  readonly provider: WebsocketProvider
  readonly #parts: ConnectionParts
  readonly #backoff: Backoff
  readonly #refresh: TokenRefresh
  #phase: Phase = { status: 'connecting' }
  /** The token that the server was given last. */
  #offered: string | undefined
  /** Counts attempts, so that what a token's fetching brings too late is told apart. */
  #attempt = 0
  #cancelTimer: () => void = () => {}
  /** The server asked us to stay away until then. */
  #notBefore = 0
  /** The token was fetched anew because of a 4401, and no sync came of it yet. */
  #refreshed = false
  /** What this connection was refused, where the connection itself stands. */
  #refusal: { kind: RefusalKind; reason: string } | undefined
  /** The server's last word in an error frame, which a close may follow. */
  #said: { kind: string; text: string } | undefined
  /** The server dropped a frame for now: `saved` can get no further on this connection. */
  #frameDropped = false
  /** Set while we close the socket ourselves. */
  #leaving = false
  #closed = false

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.random)
    this.#refresh = new TokenRefresh({
      clock: parts.clock,
      fetch: () => this.#token(),
      send: (token) => this.provider.ws?.send(sendable(encodeToken(token))),
    })
    const socketEvents = {
      opened: () => {
        const epoch = parts.epoch()
        return epoch === undefined ? undefined : encodeEpoch(epoch)
      },
      answered: () => this.#answered(),
      unreadable: () => this.#dropAndRetry(),
    }
    this.provider = new WebsocketProvider(parts.url, parts.id, parts.doc, {
      connect: false,
      awareness: parts.awareness,
      WebSocketPolyfill: countingSocket(
        parts.WebSocket,
        parts.counter,
        socketEvents,
        parts.maxMessageBytes ?? defaultMaxMessageBytes,
      ),
      // Tabs that told each other of edits directly would have edits that no frame of theirs carried, and `saved` would say
      // nothing of those. Every edit goes through the server.
      disableBc: true,
    })
    this.provider.on('status', ({ status }) => {
      if (status === 'connected') this.#opened()
    })
    this.provider.on('sync', (synced) => {
      if (synced) this.#synced()
    })
    this.provider.on('connection-close', (event) => this.#lost(event))
    const receive = (_encoder: unknown, decoder: { arr: Uint8Array }): void => this.#receive(decoder.arr)
    for (const type of [messageType.saved, messageType.error, messageType.epoch]) {
      this.provider.messageHandlers[type] = receive
    }
    // A server that speaks weft.1 says the same in an error frame, with a number; the provider would log it.
    this.provider.messageHandlers[messageType.auth] = () => {}
    parts.network?.addEventListener('online', this.#online)
  }

  /** Connects now, unless it is connected or on the way. */
  connect(): void {
    if (this.#closed || (this.#phase.status !== 'offline' && this.#phase.status !== 'refused')) return
    this.#refreshed = false
    this.#disconnect()
    this.start()
  }

  /** Begins an attempt. */
  start(): void {
    const attempt = ++this.#attempt
    this.#setPhase({ status: 'connecting' })
    this.#timer(attemptTimeout, () => this.#dropAndRetry())
    this.#token().then(
      (token) => {
        if (attempt === this.#attempt && !this.#closed) this.#open(token)
      },
      () => {
        if (attempt === this.#attempt && !this.#closed) this.#retryLater()
      },
    )
  }

  /** Leaves for good. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#cancelTimer()
    this.#parts.network?.removeEventListener('online', this.#online)
    this.#leaving = true
    this.provider.destroy()
    this.#setPhase({ status: 'offline', retryAt: undefined })
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#parts
    return typeof token === 'function' ? token() : token
  }

  #open(token: string | undefined): void {
    if (token !== undefined && !tokenCharacters.test(token)) {
      this.#refuse('unauthorized', 'The token is not a JWT: it has characters that no JWT has.')
      return
    }
    this.provider.protocols =
      token === undefined ? [weftSubprotocol] : [weftSubprotocol, bearerSubprotocolPrefix + token]
    this.#offered = token
    this.#refusal = undefined
    this.#said = undefined
    this.#frameDropped = false
    try {
      this.provider.connect()
    } catch {
      // The platform forbids it, for example a page that was loaded over https from connecting to ws://.
      this.provider.shouldConnect = false
      this.#retryLater()
    }
  }

  #opened(): void {
    this.#cancelTimer()
    if (typeof this.#parts.token === 'function') this.#refresh.begin(this.#offered)
    this.#setPhase({ status: 'syncing' })
  }

  #synced(): void {
    this.#backoff.reset()
    this.#refreshed = false
    if (this.#refusal === undefined) this.#setPhase({ status: 'live' })
    this.#parts.events.synced()
  }

  #receive(frame: Uint8Array): void {
    try {
      const message = decodeServerExtension(frame)
      if (message?.type === 'saved') {
        this.#parts.counter.saved(message.frames)
        this.#parts.events.saved()
      } else if (message?.type === 'error') this.#hearError(message)
      else if (message?.type === 'epoch') this.#hearEpoch(message.epoch)
    } catch (error) {
      if (!(error instanceof MalformedFrameError)) throw error
      this.#dropAndRetry()
    }
  }

  #hearError({ kind, text, frame }: { kind: string; text: string; frame: number }): void {
    this.#said = { kind, text }
    // With no frame it is what a close follows, but for this: a fresh token made a reader of a writer.
    if (frame === 0 && kind !== 'read-only') return
    // A kind that a later server may have: the frame is refused all the same.
    const known = isRefusalKind(kind) ? kind : 'forbidden'
    if (!isFinalCloseCode(closeCodes[known])) {
      this.#frameDropped = true
      // A store that is away is waited for on the connection, so that people go on seeing each other.
      if (known !== 'store-unavailable') queueMicrotask(() => this.#renew())
      return
    }
    this.#refusal = { kind: known, reason: text === '' ? refusalText(known) : text }
    this.#setPhase({ status: 'refused', ...this.#refusal })
  }

  #hearEpoch(epoch: string): void {
    const known = this.#parts.epoch()
    if (known === undefined) this.#parts.events.epoch(epoch)
    // Before anything else of that document is read or answered.
    else if (!sameLife(known, epoch)) this.#refuse('replaced', refusalText('replaced'))
  }

  /** A step 2 has gone out. After a dropped frame it means that the store is back, but only a new connection can be told so. */
  #answered(): void {
    if (this.#frameDropped) queueMicrotask(() => this.#renew())
  }

  /** Goes on after a dropped frame. Called when the provider is done with the message that it is at. */
  #renew(): void {
    if (this.#frameDropped && this.provider.wsconnected) this.#dropAndRetry()
  }

  /** The provider is about to let go of its socket. `event` is null where it, or we, closed it. */
  #lost(event: CloseEvent | null): void {
    // Without this the provider reconnects by itself.
    this.provider.shouldConnect = false
    this.#refresh.end()
    if (this.#leaving) return
    const { kind, retryAfter } = parseCloseReason(event?.reason ?? '')
    if (event === null || !isFinalCloseCode(event.code)) {
      this.#retryLater(retryAfter)
      return
    }
    if (event.code === closeCodes.unauthorized && typeof this.#parts.token === 'function' && !this.#refreshed) {
      this.#refreshed = true
      this.start()
      return
    }
    const refused = kind ?? kindOfCloseCode(event.code)
    const text = this.#said?.kind === refused && this.#said.text !== '' ? this.#said.text : refusalText(refused)
    this.#stop(refused, text)
  }

  #refuse(kind: RefusalKind, reason: string): void {
    this.#disconnect()
    this.#stop(kind, reason)
  }

  /** Rests until the caller acts. */
  #stop(kind: RefusalKind, reason: string): void {
    this.#attempt++
    this.#cancelTimer()
    if (kind === 'replaced') this.#parts.events.replaced()
    this.#setPhase({ status: 'refused', kind, reason })
  }

  #dropAndRetry(): void {
    if (this.#closed) return
    this.#disconnect()
    this.#retryLater()
  }

  #retryLater(retryAfter = 0): void {
    this.#attempt++
    const now = this.#parts.clock.now()
    const wait = Math.ceil(this.#backoff.next(retryAfter))
    this.#notBefore = now + retryAfter
    this.#setPhase({ status: 'offline', retryAt: now + wait })
    this.#timer(wait, () => this.start())
  }

  readonly #online = (): void => {
    if (this.#phase.status === 'offline' && this.#parts.clock.now() >= this.#notBefore) this.start()
  }

  #disconnect(): void {
    this.#leaving = true
    this.provider.disconnect()
    this.#leaving = false
  }

  #timer(ms: number, callback: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#parts.clock.after(ms, callback)
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase
    this.#parts.events.phase(phase)
  }
}
