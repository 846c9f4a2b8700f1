import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  bearerSubprotocolPrefix,
  documentIdFromPath,
  encodeAwarenessFrame,
  type RefusalKind,
  weftSubprotocol,
} from '@weft/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { type AccessPolicy, type Refused, roleOn } from '../auth/access.ts'
import type { TokenFacts } from '../auth/revocation-list.ts'
import { type OriginRules, refuseOrigin } from '../auth/origin.ts'
import { frameOf } from '../room/frame.ts'
import type { Pressure } from '../room/pressure.ts'
import type { Rooms } from '../room/rooms.ts'
import type { Surroundings } from '../room/surroundings.ts'
import { Arrivals } from './arrivals.ts'
import type { ClientAddresses } from './client-address.ts'
import { ClosingSocket } from './closing-socket.ts'
import { Connection } from './connection.ts'
import type { Access } from './credentials.ts'
import { Expiries } from './expiries.ts'
import type { SocketLimits } from './limits.ts'
import { Pace } from './pace.ts'
import { turnAway } from './turn-away.ts'

/** Where documents are opened: `/sync/<document id>`. */
export const syncPath = '/sync/'

/** How often connections are looked after, in milliseconds. */
const sweepInterval = 5_000

/** A client that was sent nothing for so many sweeps is sent a sign of life: stock clients give up after 30 s (S1). */
const quietSweeps = 3

/** A client that was not heard for so many sweeps is pinged; after as many more without an answer it is gone. */
const silentSweeps = 5

/** What an operator wants to know of the sync tier. */
export interface SyncTierEvents {
  refused(document: string | undefined, kind: RefusalKind, detail: string): void
  /** An upgrade was turned away before it became a WebSocket. */
  turnedAway(path: string, status: number, detail: string): void
  failed(document: string | undefined, error: unknown): void
}

/** What the sync tier is made with. */
export interface SyncTierParts {
  readonly rooms: Pick<Rooms, 'join'>
  readonly policy: AccessPolicy
  readonly origins: OriginRules
  readonly limits: SocketLimits
  readonly addresses: ClientAddresses
  readonly pressure: Pick<Pressure, 'turnAway'>
  readonly surroundings: Surroundings
  readonly events: SyncTierEvents
}

/** What upgrade requests come from: an HTTP server, or what passes on some of one's. */
export interface UpgradeSource {
  on(event: 'upgrade', listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): unknown
}

/** What the tier knows of a connection. */
interface ConnectionState {
  readonly document: string | undefined
  readonly openedAt: number
  silent: number
  behind: number
  closing: number
}

/** Nobody's presence: changes nothing for its receiver, but it is a message, and that is what stock clients wait for. */
const signOfLife = frameOf(encodeAwarenessFrame([]))

/** All WebSockets of this node. */
export class SyncTier {
  readonly #parts: SyncTierParts
  readonly #server: WebSocketServer
  readonly #connections = new Map<Connection, ConnectionState>()
  readonly #pace: Pace
  readonly #arrivals: Arrivals
  readonly #cancelSweep: () => void
  readonly #expiries: Expiries
  #sweeps = 0
  #draining = false

  constructor(parts: SyncTierParts) {
    this.#parts = parts
    this.#pace = new Pace(parts.limits.pace, parts.surroundings)
    this.#arrivals = new Arrivals(parts.limits)
    this.#expiries = new Expiries(parts.surroundings)
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Connections answer pings themselves: `ws` drops a client without a word when sixty of its pings wait.
      autoPong: false,
      maxPayload: parts.limits.messageBytes,
      // Only ours: of subprotocols that are unknown none is chosen, and then the client gives up by itself.
      handleProtocols: (offered) => chooseSubprotocol(offered) ?? false,
      WebSocket: ClosingSocket,
    })
    this.#server.on('wsClientError', (error, socket, request) => this.#malformed(error, socket, request))
    this.#cancelSweep = this.#sweepLater()
  }

  /** How many connections there are. */
  get size(): number {
    return this.#connections.size
  }

  /** How many of them are not read from, because of what they sent. */
  get paused(): number {
    return this.#pace.waiting
  }

  /** Answers a server's upgrade requests. */
  attach(server: UpgradeSource): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /**
   * Sends everyone away, spread over a window so that they do not all come back at the same moment (S3). Resolves when they
   * have gone.
   *
   * @param window milliseconds
   */
  async drain(window: number): Promise<void> {
    this.#draining = true
    const { surroundings } = this.#parts
    const connections = [...this.#connections.keys()]
    const steps = Math.max(1, Math.min(connections.length, Math.ceil(window / 50)))
    for (let step = 0; step < steps; step++) {
      for (let i = step; i < connections.length; i += steps) connections[i]?.wire.close('restarting', restartRetryAfter)
      if (step < steps - 1) await new Promise<void>((resolve) => surroundings.timer(window / steps, resolve))
    }
    await this.#gone(closingGrace)
    for (const connection of this.#connections.keys()) connection.terminate()
  }

  close(): void {
    this.#cancelSweep()
    this.#pace.close()
    this.#expiries.close()
    for (const connection of this.#connections.keys()) connection.terminate()
    this.#server.close()
  }

  /** Who has which document open by a token, as long as it holds. */
  *opened(): Generator<{ readonly document: string; readonly token: TokenFacts }> {
    for (const [{ identity }, { document }] of this.#connections) {
      if (identity?.token !== undefined && document !== undefined) yield { document, token: identity.token }
    }
  }

  /** Closes what is open by tokens that were taken back. */
  closeRevoked(): void {
    for (const [connection, { document }] of this.#connections) {
      if (document !== undefined && connection.identity?.withdrawn(document) === true) {
        connection.refuse('revoked', 'its token was taken back')
      }
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Before anything else: an aborted upgrade is an error event, and one without a listener ends the process (S0).
    socket.on('error', destroyOnError)
    const path = request.url ?? ''
    const reason = refuseOrigin(request.headers.origin, request.headers.host, this.#parts.origins)
    if (reason !== undefined) this.#turnAway(socket, path, 403, reason)
    else if (!path.startsWith(syncPath)) this.#turnAway(socket, path, 404, `documents are opened at ${syncPath}<id>`)
    else if (this.#draining) this.#turnAway(socket, path, 503, 'this server is shutting down')
    else if (this.#arrivals.full(this.#parts.addresses.of(request)))
      this.#turnAway(socket, path, 429, 'this address has as many connections as it may have')
    else this.#server.handleUpgrade(request, socket, head, (ws) => this.#open(ws, socket, request))
  }

  /** An upgrade that is none, as `ws` found. */
  #malformed(error: Error, socket: Duplex, request: IncomingMessage): void {
    const version = request.headers['sec-websocket-version']
    const status = request.method !== 'GET' ? 405 : version !== '13' && version !== '8' ? 426 : 400
    this.#turnAway(socket, request.url ?? '', status, error.message)
  }

  #turnAway(socket: Duplex, path: string, status: number, detail: string): void {
    this.#parts.events.turnedAway(path, status, detail)
    turnAway(socket, status, detail)
  }

  #open(ws: WebSocket, socket: Duplex, request: IncomingMessage): void {
    const path = request.url ?? ''
    const document = documentIdFromPath(path, syncPath)
    const { rooms, policy, limits, addresses, events, pressure, surroundings } = this.#parts
    const address = addresses.of(request)
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    const connection: Connection = new Connection({
      id: surroundings.randomId(),
      ws,
      socket,
      limits,
      pace: this.#pace,
      speaksWeft: offered.includes(weftSubprotocol),
      authenticate: (fresh) => authenticate(policy, fresh ?? tokenOf(offered, path), document),
      expiries: this.#expiries,
      join: (seat, create, newcomer) => rooms.join(document ?? '', seat, create, newcomer),
      events: {
        refused: (kind, detail) => events.refused(document, kind, detail),
        failed: (error) => events.failed(document, error),
        spoke: () => this.#arrivals.spoke(connection),
        closed: () => {
          this.#connections.delete(connection)
          this.#arrivals.left(connection, address)
        },
      },
    })
    this.#connections.set(connection, { document, openedAt: surroundings.now(), silent: 0, behind: 0, closing: 0 })
    this.#arrivals.came(connection, address, surroundings.now())
    connection.wire.sweep = this.#sweeps
    const comeBackIn = pressure.turnAway()
    if (comeBackIn === undefined) void connection.begin()
    else connection.refuse('overloaded', 'this node is too busy for one more', comeBackIn)
  }

  #sweepLater(): () => void {
    let cancel = (): void => {}
    const next = (): void => {
      cancel = this.#parts.surroundings.timer(sweepInterval, () => {
        this.#sweep()
        next()
      })
    }
    next()
    return () => cancel()
  }

  /** Looks after all connections at once: no connection has a timer of its own. */
  #sweep(): void {
    this.#sweeps++
    const { limits, surroundings } = this.#parts
    this.#arrivals.sweep(surroundings.now())
    this.#pace.sweep()
    for (const [connection, state] of this.#connections) {
      connection.wire.sweep = this.#sweeps
      connection.account.work.sweep()
      if (connection.closing) {
        if (++state.closing * sweepInterval > limits.closing) connection.terminate()
        continue
      }
      // A client that is not read from cannot be heard.
      state.silent = connection.heard || connection.wire.paused ? 0 : state.silent + 1
      connection.heard = false
      state.behind = connection.behind ? state.behind + 1 : 0
      if (state.silent >= 2 * silentSweeps || state.behind * sweepInterval >= limits.stalled) connection.terminate()
      else if (state.silent === silentSweeps) connection.ping()
      if (this.#sweeps - connection.wire.lastSent >= quietSweeps) connection.wire.send(signOfLife)
    }
  }

  async #gone(grace: number): Promise<void> {
    const { surroundings } = this.#parts
    const end = surroundings.now() + grace
    while (this.#connections.size > 0 && surroundings.now() < end) {
      await new Promise<void>((resolve) => surroundings.timer(10, resolve))
    }
  }
}

/** When a client that was sent away should try again, in milliseconds: another node is there at once, and clients add jitter. */
const restartRetryAfter = 100

/** How long clients may take to answer a close when the server goes down, in milliseconds. */
const closingGrace = 1_000

/** On its own, since what a listener can see lives as long as the socket: the request would. */
function destroyOnError(this: Duplex): void {
  this.destroy()
}

function chooseSubprotocol(offered: ReadonlySet<string>): string | undefined {
  if (offered.has(weftSubprotocol)) return weftSubprotocol
  return [...offered].find((name) => name.startsWith(bearerSubprotocolPrefix))
}

/** The token of an upgrade: as a subprotocol, or as `?token=`. */
function tokenOf(offered: readonly string[], path: string): string | undefined {
  const bearer = offered.find((name) => name.startsWith(bearerSubprotocolPrefix))
  if (bearer !== undefined) return bearer.slice(bearerSubprotocolPrefix.length)
  const query = path.indexOf('?')
  return query === -1 ? undefined : (new URLSearchParams(path.slice(query)).get('token') ?? undefined)
}

async function authenticate(
  policy: AccessPolicy,
  token: string | undefined,
  document: string | undefined,
): Promise<Access | Refused> {
  if (document === undefined) return { refused: 'invalid-document-id', text: 'the path names no document id' }
  const identity = await policy.identify(token)
  if ('refused' in identity) return identity
  if (identity.withdrawn(document)) return { refused: 'revoked', text: 'its token was taken back for this document' }
  const role = roleOn(identity, document)
  if (role !== undefined) return { identity, role }
  return { refused: 'forbidden', text: 'the document is outside of what the token gives access to' }
}
