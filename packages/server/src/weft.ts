import type { IncomingMessage, Server } from 'node:http'
import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { openStore } from '@weft/persistence'
import type { Authorize } from './auth/authorize-policy.ts'
import { type AuthConfig, noTokens } from './auth/auth-config.ts'
import type { AnonymousAccess } from './auth/identity-policy.ts'
import { isLoopback } from './config/read-config.ts'
import { defaults } from './config/settings.ts'
import { defaultDurability } from './config/store-fit.ts'
import { guestApp, isGuestPath } from './http/guest-app.ts'
import { requestListener } from './http/http-server.ts'
import { createLog, type LogLevel } from './observability/log.ts'
import { createNode, type WeftNode } from './server.ts'
import { systemSurroundings } from './system-surroundings.ts'

/** What Weft is told, as a part of another's server. All but `store` has the default of `weft serve`. */
export interface WeftOptions {
  /** `sqlite:<folder>`, `redis://<host>:<port>` and its variants, or `memory:`. */
  readonly store: string
  /** What saved means with Redis: `memory`, `fsync` or `replicas:<n>`. */
  readonly durability?: string | undefined
  /**
   * Decides who someone is and what they may do. Without it, tokens are verified as `auth` says, and without that either, everyone may do what
   * `anonymous` says.
   */
  readonly authorize?: Authorize | undefined
  readonly auth?: Partial<AuthConfig> | undefined
  /** What people without a token may do: `none` unless told otherwise. */
  readonly anonymous?: AnonymousAccess | undefined
  /** Origins of pages that may connect beside the server's own, such as `https://app.example.org`. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Addresses or ranges of proxies whose word on a client's address is taken. */
  readonly trustProxy?: readonly string[] | undefined
  /** How long going down spreads its goodbyes, in milliseconds. */
  readonly drainWindow?: number | undefined
  /** What is logged, as JSON lines on standard output: `warn` unless told otherwise. */
  readonly logLevel?: LogLevel | undefined
}

/** Weft as a part of another's server. */
export interface Weft extends Pick<WeftNode, 'ready'> {
  /** The HTTP API as a Hono app, for `app.route('/', weft.edge)`: `/api`, `/api/v1`, `/healthz`, `/readyz` and `/metrics`. */
  readonly edge: WeftNode['app']
  /**
   * Answers what is Weft's of a Node HTTP server: WebSockets at `/sync/…` and the paths of `edge`. Everything else goes to the listeners that the
   * server has by then.
   */
  attach(server: Server): void
  /**
   * Goes down in order: connections are sent away, everything is appended, the store is closed. The server is yours to close.
   *
   * @returns whether everything that was taken in is saved
   */
  stop(): Promise<boolean>
}

/**
 * Weft inside another's process, on another's HTTP server.
 *
 * @example
 * const weft = await createWeft({ store: 'sqlite:./documents', authorize: (token) => sessions.get(token) })
 * weft.attach(server)
 * @throws StoreConfigurationError, and where the store is not shared, StoreError; KeysUnavailableError where a file has no keys
 */
export async function createWeft(options: WeftOptions): Promise<Weft> {
  const { store, durability = defaultDurability(store), logLevel = 'warn', auth = {}, authorize } = options
  const base = defaults.serve
  const config = {
    ...base,
    store,
    durability,
    logLevel,
    auth: { ...noTokens, ...auth },
    anonymous: options.anonymous ?? 'none',
    allowedOrigins: options.allowedOrigins ?? base.allowedOrigins,
    trustProxy: options.trustProxy ?? base.trustProxy,
    drainWindow: options.drainWindow ?? base.drainWindow,
  }
  const name = systemSurroundings.randomId()
  const servers: Server[] = []
  const node = await createNode(config, {
    openStore: (signal) => openStore(store, { node: name, durability, signal }),
    node: name,
    log: createLog(logLevel),
    anyLoopbackOrigin: false,
    webApp: false,
    authorize,
    onLoopback: () => servers.length > 0 && servers.every(listensOnLoopback),
  })
  return {
    edge: guestApp(node.app),
    ready: node.ready,
    attach: (server) => {
      servers.push(server)
      takeRequests(server, node)
      takeUpgrades(server, node)
    },
    stop: () => node.stop(),
  }
}

/** As long as a server is reached from this machine only, its Host must be a name of this machine (S4). */
function listensOnLoopback(server: Server): boolean {
  const address = server.address()
  return typeof address === 'object' && address !== null && isLoopback(address.address)
}

/** The listeners that were there are asked only for what is not ours. */
function takeRequests(server: Server, { app }: WeftNode): void {
  const others = server.listeners('request')
  server.removeAllListeners('request')
  const ours = requestListener(app)
  server.on('request', (request, response) => {
    if (isGuestPath(request.url ?? '') || others.length === 0) ours(request, response)
    else for (const listener of others) Reflect.apply(listener, server, [request, response])
  })
}

/** Whoever else listens for upgrades is left those that are not ours. Where nobody does, they are turned away. */
function takeUpgrades(server: Server, node: WeftNode): void {
  const ours = new EventEmitter<{ upgrade: [IncomingMessage, Duplex, Buffer] }>()
  node.takeUpgrades(ours)
  server.on('upgrade', (request, socket, head) => {
    const isOurs = request.url?.startsWith('/sync/') === true
    if (isOurs || server.listenerCount('upgrade') === 1) ours.emit('upgrade', request, socket, head)
  })
}
