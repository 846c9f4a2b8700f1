import { setTimeout as sleep } from 'node:timers/promises'
import { RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { startSentinel } from '../../packages/persistence/test/sentinel.ts'
import type { TcpProxy } from '../../packages/persistence/test/tcp-proxy.ts'
import type { Fault, StoreFaultKind } from './schedule.ts'
import { type Audit, cannotInflict, type Topology } from './topology.ts'

/** A master with one replica, and a Sentinel that fails over. It names the servers' own addresses, so there are no links. */
export class SentinelPair implements Topology {
  readonly shards = 1
  readonly auditable = false
  readonly links: readonly TcpProxy[] = []
  readonly servers: readonly RedisServer[]
  readonly #sentinel: RedisServer
  #master: RedisServer
  #replica: RedisServer

  private constructor(sentinel: RedisServer, master: RedisServer, replica: RedisServer) {
    this.#sentinel = sentinel
    this.#master = master
    this.#replica = replica
    this.servers = [master, replica]
  }

  static async start(): Promise<SentinelPair> {
    const master = await RedisServer.start()
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(master.port))
    const pair = new SentinelPair(await startSentinel(master), master, replica)
    await pair.#untilWhole()
    return pair
  }

  get directUrl(): string {
    return this.urlOf()
  }

  shardOf(): number {
    return 0
  }

  urlOf(): string {
    return `redis+sentinel://127.0.0.1:${this.#sentinel.port}/main`
  }

  async inflict({ kind, lasts }: Fault<StoreFaultKind>, audit: Audit): Promise<void> {
    if (kind !== 'kill-master') cannotInflict('a pair with a Sentinel', kind)
    const old = this.#master
    await old.kill()
    while (!(await this.#replica.client.info('replication')).includes('role:master')) await sleep(20)
    this.#master = this.#replica
    this.#replica = old
    await audit()
    await sleep(lasts)
    // It comes back as the master it was, and empty; the Sentinel makes it a replica.
    await old.restart()
    await this.#untilWhole()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#sentinel, ...this.servers].map((server) => server[Symbol.asyncDispose]()))
  }

  /** Waits until the replica has everything, and until the Sentinel knows that it could take over. */
  async #untilWhole(): Promise<void> {
    while (!(await this.#master.client.info('replication')).includes('state=online')) await sleep(20)
    const known = async (): Promise<string> => String(await this.#sentinel.client.call('SENTINEL', 'REPLICAS', 'main'))
    while (!(await known()).includes(`127.0.0.1:${this.#replica.port}`)) await sleep(20)
  }
}
