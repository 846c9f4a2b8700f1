import { createServer, type Server as HttpServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { Compactor, type Store } from '@weft/persistence'
import { AnonymousPolicy } from './auth/anonymous-policy.ts'
import type { OriginRules } from './auth/origin.ts'
import { isLoopback } from './config/read-config.ts'
import { type Config, ConfigurationError } from './config/settings.ts'
import { createEdge } from './http/edge.ts'
import type { Log } from './observability/log.ts'
import { defaultRoomLimits } from './room/limits.ts'
import { Rooms, type RoomsEvents } from './room/rooms.ts'
import { defaultSocketLimits } from './socket/limits.ts'
import { SyncTier } from './socket/sync-tier.ts'
import { systemSurroundings } from './system-surroundings.ts'

/** Where the web app is built to. */
const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url))

/** How long a client may take to send the head of a request, in milliseconds. */
const headersTimeout = 10_000

/** How long a server that goes down waits for a store that takes nothing, in milliseconds. */
const settleLimit = 30_000

/** What a server is made with beside its configuration. */
export interface ServerParts {
  readonly store: Store
  readonly log: Log
  /** Whether pages of other ports of this machine may connect: for development. */
  readonly anyLoopbackOrigin: boolean
}

/** A server that listens. */
export interface WeftServer {
  /** Where it is reached, for example `http://127.0.0.1:8787`. */
  readonly url: string
  /**
   * Goes down in order: unready, connections sent away, everything appended, store closed (S3).
   *
   * @returns whether everything that was taken in is saved; if not, the store did not take it and its writers still have it
   */
  stop(): Promise<boolean>
}

/**
 * Puts a server together and listens. The one place where the parts meet.
 *
 * @throws ConfigurationError where the address cannot be listened on
 */
export async function startServer(config: Config, parts: ServerParts): Promise<WeftServer> {
  const { store, log } = parts
  const surroundings = systemSurroundings
  const state = { failing: new Set<string>(), draining: false }
  await store.check()

  const compactor = new Compactor(store.log)
  const rooms = new Rooms({
    log: store.log,
    catalog: store.catalog,
    relay: store.relay,
    compact: (document) => compactor.compact(document),
    limits: { ...defaultRoomLimits, emptyRoomGrace: config.emptyRoomGrace },
    surroundings,
    events: roomsEvents(log, state.failing),
  })
  const policy = new AnonymousPolicy(config.anonymous, () => surroundings.randomId())
  const origins: OriginRules = {
    allowed: config.allowedOrigins,
    anyLoopback: parts.anyLoopbackOrigin,
    loopbackOnly: isLoopback(config.host),
  }
  const tier = new SyncTier({
    rooms,
    policy,
    origins,
    limits: defaultSocketLimits,
    surroundings,
    events: {
      refused: (document, kind, detail) => log.warn('connection-refused', { document, kind, detail }),
      turnedAway: (path, status, detail) => log.warn('upgrade-refused', { path: path.split('?')[0], status, detail }),
      failed: (document, error) => log.error('connection-failed', { document, error }),
    },
  })
  const edge = createEdge({
    catalog: store.catalog,
    people: (document) => rooms.people(document),
    policy,
    origins,
    readiness: () => ({
      ready: !state.draining,
      store: state.failing.size > 0 ? 'lost' : 'ok',
      draining: state.draining,
    }),
    webRoot,
    now: () => surroundings.now(),
    report: (error, request) => log.error('request-failed', { ...request, error }),
  })
  const listener = getRequestListener(edge.fetch)
  const server = createServer(
    {
      headersTimeout,
      connectionsCheckingInterval: headersTimeout / 2,
      // Some clients offer HTTP/2 with every request; who does not know what is offered answers as if it were not (RFC 9110 §7.8).
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      void listener(request, response)
    },
  )
  tier.attach(server)
  const release = async (): Promise<void> => {
    await Promise.all([rooms.close(), compactor.close()])
    tier.close()
  }
  const url = await listen(server, config).catch(async (error: unknown) => {
    await release()
    throw error
  })
  log.info('listening', { url, store: withoutCredentials(config.store), anonymous: config.anonymous })
  if (config.anonymous !== 'none' && !isLoopback(config.host)) {
    log.warn('anonymous-access', { host: config.host, anonymous: config.anonymous })
  }

  return {
    url,
    stop: async () => {
      state.draining = true
      log.info('draining', { connections: tier.size, window: config.drainWindow })
      await tier.drain(config.drainWindow)
      const unsaved = await rooms.settle(settleLimit)
      if (unsaved.length > 0) log.error('stopped-unsaved', { documents: unsaved.slice(0, 100), count: unsaved.length })
      await Promise.all([closeServer(server), release()])
      await store.close()
      log.info('stopped')
      return unsaved.length === 0
    },
  }
}

/** A store's URL as it may be logged. */
function withoutCredentials(url: string): string {
  return url.replace(/\/\/.*@/, '//')
}

function roomsEvents(log: Log, failing: Set<string>): RoomsEvents {
  return {
    opened: (document) => log.debug('document-opened', { document }),
    unloaded: (document) => log.debug('document-unloaded', { document }),
    refused: (document, kind, actor, text) => log.warn('member-refused', { document, kind, actor, detail: text }),
    storeFailing: (document, error) => {
      failing.add(document)
      log.error('store-failing', { document, error })
    },
    storeRecovered: (document) => {
      failing.delete(document)
      log.info('store-recovered', { document })
    },
    relayMissed: (document) => log.debug('relay-missed', { document }),
    logRepaired: (document, { kind, bytes }) => log.error('log-repaired', { document, kind, bytes }),
    logUnreadable: (document, error) => log.error('log-unreadable', { document, error }),
    compactionFailed: (document, error) => log.error('compaction-failed', { document, error }),
  }
}

async function listen(server: HttpServer, { port, host }: Config): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigurationError(
        `port ${port} is taken: choose another with --port or WEFT_PORT, or stop what is listening there`,
      )
    case 'EACCES':
      return new ConfigurationError(
        `port ${port} may not be listened on: choose one above 1023 with --port or WEFT_PORT`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigurationError(`--host ${host} is no address of this machine`)
    default:
      return error
  }
}

async function closeServer(server: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
