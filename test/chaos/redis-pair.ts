import { setTimeout as sleep } from 'node:timers/promises'
import { RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { TcpProxy } from '../../packages/persistence/test/tcp-proxy.ts'
import type { Fault, StoreFaultKind } from './schedule.ts'
import { type Audit, cannotInflict, type Topology } from './topology.ts'

/**
 * A master with one replica, and a link for each node. Failing over is done by hand, as an operator or a script would, so that a
 * master can be cut off for as long as a run likes. Neither keeps anything on disk: what a failover loses is lost.
 */
export class RedisPair implements Topology {
  readonly shards = 1
  readonly auditable = true
  readonly links: readonly TcpProxy[]
  #master: RedisServer
  #replica: RedisServer

  private constructor(master: RedisServer, replica: RedisServer, links: readonly TcpProxy[]) {
    this.#master = master
    this.#replica = replica
    this.links = links
  }

  static async start(nodes: number): Promise<RedisPair> {
    const [master, replica] = await Promise.all([RedisServer.start(), RedisServer.start()])
    const links = await Promise.all(Array.from({ length: nodes }, () => TcpProxy.start(master.port)))
    const pair = new RedisPair(master, replica, links)
    await pair.#follow()
    return pair
  }

  get servers(): readonly RedisServer[] {
    return [this.#master, this.#replica]
  }

  get directUrl(): string {
    return this.#master.url
  }

  shardOf(): number {
    return 0
  }

  urlOf(node: number): string {
    return this.links[node]?.url ?? ''
  }

  async inflict({ kind, lasts }: Fault<StoreFaultKind>, audit: Audit): Promise<void> {
    switch (kind) {
      case 'kill-master':
        this.#leadTo(undefined, this.links)
        await this.#master.kill()
        await sleep(lasts)
        await this.#promote()
        await audit()
        this.#leadTo(this.#master, this.links)
        await this.#replica.restart()
        return this.#follow()
      case 'kill-replica':
        await this.#replica.kill()
        await sleep(lasts)
        await this.#replica.restart()
        return this.#follow()
      case 'pause-master':
        this.#master.pause()
        await sleep(lasts)
        return this.#master.resume()
      case 'cut-off-master':
        await this.#promote()
        await audit()
        // The first node stays with the old master, which takes its writes.
        this.#leadTo(this.#master, this.links.slice(1))
        await sleep(lasts)
        // A node that starts must not find a replica where it was told there is a master: that is a wrong configuration.
        this.#leadTo(undefined, this.links.slice(0, 1))
        await this.#follow()
        await audit()
        return this.#leadTo(this.#master, this.links.slice(0, 1))
      default:
        return cannotInflict('a pair', kind)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.links.map((link) => link[Symbol.asyncDispose]()))
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()))
  }

  async #promote(): Promise<void> {
    await this.#replica.client.call('REPLICAOF', 'NO', 'ONE')
    const old = this.#master
    this.#master = this.#replica
    this.#replica = old
  }

  /** Makes the replica one, and waits until it has everything. */
  async #follow(): Promise<void> {
    await this.#replica.client.call('REPLICAOF', '127.0.0.1', this.#master.port)
    while (!(await this.#master.client.info('replication')).includes('state=online')) await sleep(20)
  }

  #leadTo(server: RedisServer | undefined, links: readonly TcpProxy[]): void {
    for (const link of links) link.lead(server?.port)
  }
}
