import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { MemoryStore, type Store } from '@weft/persistence'
import type { RefusalKind } from '@weft/protocol'
import { type AnonymousAccess, IdentityPolicy } from '../../src/auth/identity-policy.ts'
import type { TokenVerifier } from '../../src/auth/token-verifier.ts'
import { defaultRoomLimits } from '../../src/room/limits.ts'
import { Rooms } from '../../src/room/rooms.ts'
import { ClientAddresses } from '../../src/socket/client-address.ts'
import { defaultSocketLimits, type SocketLimits } from '../../src/socket/limits.ts'
import { SyncTier } from '../../src/socket/sync-tier.ts'
import { systemSurroundings } from '../../src/system-surroundings.ts'
import { CountedTraffic } from './counted-traffic.ts'
import { FakePressure } from './fake-pressure.ts'
import { noLinks } from './store-parts.ts'
import { ManualClock } from './manual-clock.ts'

/** What a test may want otherwise. */
export interface TierFixtureOptions {
  readonly store?: Store
  readonly anonymous?: AnonymousAccess
  readonly limits?: Partial<SocketLimits>
  /** Which proxies are trusted. */
  readonly proxies?: readonly string[]
  /** Made with the fixture's clock; a server that verifies no tokens where it is left away. */
  readonly verifier?: (now: () => number) => Pick<TokenVerifier, 'verify'>
}

/** The sync tier alone behind a real listener: its clock is the test's, and its ends of the sockets can be looked at. */
export class TierFixture implements AsyncDisposable {
  readonly clock: ManualClock = new ManualClock()
  readonly pressure: FakePressure = new FakePressure()
  readonly refused: { kind: RefusalKind; detail: string }[] = []
  readonly turnedAway: { path: string; status: number }[] = []
  readonly failures: unknown[] = []
  /** The server's ends of the connections, in the order in which they came. */
  readonly sockets: Socket[] = []
  readonly tier: SyncTier
  readonly #rooms: Rooms
  readonly #waiting = new Set<() => void>()
  #verified = 0
  readonly #server: Server
  port = 0

  private constructor({
    store = new MemoryStore(),
    anonymous = 'write',
    limits = {},
    proxies = [],
    verifier,
  }: TierFixtureOptions) {
    this.#rooms = new Rooms({
      log: store.log,
      catalog: store.catalog,
      compact: () => Promise.resolve(),
      limits: defaultRoomLimits,
      traffic: new CountedTraffic(),
      surroundings: systemSurroundings,
      pressure: this.pressure,
      events: {
        opened: () => {},
        unloaded: () => {},
        waitingLetGo: () => {},
        joined: () => {},
        left: () => {},
        refused: (_document, kind, _actor, detail) => this.refused.push({ kind, detail }),
        storeFailing: (_document, error) => this.failures.push(error),
        storeRecovered: () => {},
        compactionFailed: (_document, error) => this.failures.push(error),
        relayMissed: () => {},
        logRepaired: () => {},
        logUnreadable: (_document, error) => this.failures.push(error),
      },
    })
    this.tier = new SyncTier({
      rooms: this.#rooms,
      policy: new IdentityPolicy({
        links: noLinks,
        verifier: verifier && this.#counting(verifier(() => this.clock.now())),
        anonymous,
        randomId: () => systemSurroundings.randomId(),
      }),
      origins: { allowed: [], anyLoopback: false, loopbackOnly: true },
      limits: { ...defaultSocketLimits, ...limits },
      addresses: new ClientAddresses(proxies),
      pressure: this.pressure,
      surroundings: this.clock,
      events: {
        refused: (_document, kind, detail) => this.refused.push({ kind, detail }),
        turnedAway: (path, status) => this.turnedAway.push({ path, status }),
        failed: (_document, error) => this.failures.push(error),
      },
    })
    this.#server = createServer((_request, response) => response.end())
    this.#server.on('connection', (socket) => this.sockets.push(socket))
    this.tier.attach(this.#server)
  }

  static async open(options: TierFixtureOptions = {}): Promise<TierFixture> {
    const fixture = new TierFixture(options)
    fixture.#server.listen(0, '127.0.0.1')
    await once(fixture.#server, 'listening')
    const address = fixture.#server.address()
    if (typeof address === 'object' && address !== null) fixture.port = address.port
    return fixture
  }

  /** Where a document is opened. */
  url(document: string): string {
    return `ws://127.0.0.1:${this.port}/sync/${document}`
  }

  /** How many TCP connections the listener still has. */
  async connections(): Promise<number> {
    return await new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
    })
  }

  /** Resolves when so many tokens were verified, whether they hold or not, and what follows from it has happened. */
  async verified(count: number): Promise<void> {
    while (this.#verified < count) await new Promise<void>((resolve) => this.#waiting.add(resolve))
    await new Promise<void>((resolve) => setImmediate(resolve))
  }

  #counting(verifier: Pick<TokenVerifier, 'verify'>): Pick<TokenVerifier, 'verify'> {
    return {
      verify: async (token) => {
        const verified = await verifier.verify(token)
        this.#verified++
        for (const resolve of this.#waiting) resolve()
        this.#waiting.clear()
        return verified
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tier.close()
    await this.#rooms.close()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    for (const socket of this.sockets) socket.destroy()
    await closed
  }
}
