import { setTimeout as delay } from 'node:timers/promises'
import { RedisServer } from './redis-server.ts'

const slots = 16_384
const masters = 3

/** A Cluster of three masters, each with one replica where replicas are asked for. */
export class RedisCluster implements AsyncDisposable {
  readonly masters: readonly RedisServer[]
  readonly replicas: readonly RedisServer[]

  private constructor(servers: readonly RedisServer[]) {
    this.masters = servers.slice(0, masters)
    this.replicas = servers.slice(masters)
  }

  static async start(replicas: boolean, ...settings: readonly string[]): Promise<RedisCluster> {
    const all = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500', ...settings]
    const count = replicas ? masters * 2 : masters
    return RedisCluster.of(await Promise.all(Array.from({ length: count }, () => RedisServer.start(...all))))
  }

  /** Makes a Cluster of empty servers: three masters, and then a replica for each where there are more. */
  static async of(servers: readonly RedisServer[]): Promise<RedisCluster> {
    const cluster = new RedisCluster(servers)
    await cluster.#create()
    return cluster
  }

  get url(): string {
    return `redis+cluster://${this.masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
  }

  get #servers(): readonly RedisServer[] {
    return [...this.masters, ...this.replicas]
  }

  /** Empties it. */
  async flush(): Promise<void> {
    await Promise.all(this.masters.map(({ client }) => client.call('FLUSHALL')))
  }

  /** The master that holds a slot. */
  ownerOf(slot: number): RedisServer {
    const owner = this.masters[Math.floor((slot * masters) / slots)]
    if (owner === undefined) throw new Error(`there is no slot ${slot}`)
    return owner
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()))
  }

  async #create(): Promise<void> {
    const [first, ...others] = this.#servers
    if (first === undefined) throw new Error('a Cluster has servers')
    for (const [index, { client }] of this.masters.entries()) {
      const from = Math.ceil((index * slots) / masters)
      const to = Math.ceil(((index + 1) * slots) / masters) - 1
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
    }
    for (const { port } of others) await first.client.call('CLUSTER', 'MEET', '127.0.0.1', port)
    await this.until((info) => info.includes(`cluster_known_nodes:${this.#servers.length}`))
    for (const [index, { client }] of this.replicas.entries()) {
      const id = String(await this.masters[index]?.client.call('CLUSTER', 'MYID'))
      await client.call('CLUSTER', 'REPLICATE', id)
    }
    await this.until((info) => info.includes('cluster_state:ok'))
    await this.untilReplicated(this.replicas.length === 0 ? 0 : 1)
  }

  /** Waits until every master is connected to so many replicas. */
  async untilReplicated(replicas: number): Promise<void> {
    for (const { client } of this.masters) {
      while (!String(await client.call('INFO', 'replication')).includes(`connected_slaves:${replicas}`)) await delay(20)
    }
  }

  /** Waits until every server says so of its Cluster: it tells nobody when it has come to know something. */
  async until(condition: (info: string) => boolean): Promise<void> {
    for (const { client } of this.#servers) {
      while (!condition(String(await client.call('CLUSTER', 'INFO')))) await delay(20)
    }
  }
}
