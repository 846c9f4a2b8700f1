import { setTimeout as sleep } from 'node:timers/promises'
import { RedisServer, durableSettings } from '../../packages/persistence/test/redis-server.ts'
import { TcpProxy } from '../../packages/persistence/test/tcp-proxy.ts'
import type { Fault, StoreFaultKind } from './schedule.ts'
import { type Audit, cannotInflict, type Topology } from './topology.ts'

/** One Redis, and a link of its own for each node. */
export class SingleRedis implements Topology {
  readonly shards = 1
  readonly auditable = true
  readonly links: readonly TcpProxy[]
  readonly #server: RedisServer

  private constructor(server: RedisServer, links: readonly TcpProxy[]) {
    this.#server = server
    this.links = links
  }

  /** @param durable whether it syncs everything, or forgets everything when it ends */
  static async start(nodes: number, durable: boolean): Promise<SingleRedis> {
    const server = await RedisServer.start(...(durable ? durableSettings : []))
    const links = await Promise.all(Array.from({ length: nodes }, () => TcpProxy.start(server.port)))
    return new SingleRedis(server, links)
  }

  get servers(): readonly RedisServer[] {
    return [this.#server]
  }

  get directUrl(): string {
    return this.#server.url
  }

  shardOf(): number {
    return 0
  }

  urlOf(node: number): string {
    return this.links[node]?.url ?? ''
  }

  async inflict({ kind, lasts }: Fault<StoreFaultKind>, audit: Audit): Promise<void> {
    switch (kind) {
      case 'kill-redis':
        for (const link of this.links) link.lead(undefined)
        await this.#server.kill()
        await sleep(lasts)
        await this.#server.restart()
        await audit()
        for (const link of this.links) link.lead(this.#server.port)
        return
      case 'pause-master':
        this.#server.pause()
        await sleep(lasts)
        this.#server.resume()
        return
      default:
        cannotInflict('a single Redis', kind)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.links.map((link) => link[Symbol.asyncDispose]()))
    await this.#server[Symbol.asyncDispose]()
  }
}
