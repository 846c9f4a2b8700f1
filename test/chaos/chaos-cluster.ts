import { setTimeout as sleep } from 'node:timers/promises'
import { DocumentKeys, defaultPrefix } from '../../packages/persistence/src/redis/document-keys.ts'
import { hashSlot } from '../../packages/persistence/src/redis/hash-slot.ts'
import { RedisCluster } from '../../packages/persistence/test/redis-cluster.ts'
import { RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { TcpProxy } from '../../packages/persistence/test/tcp-proxy.ts'
import type { LogSource } from './log-reader.ts'
import type { Fault, StoreFaultKind } from './schedule.ts'
import { openServerLog } from './server-log.ts'
import { type Audit, cannotInflict, type Topology } from './topology.ts'

/** Each server of the Cluster with the two ways to it: that of clients and replicas, and that of the Cluster's own bus. */
interface Member {
  readonly server: RedisServer
  readonly link: TcpProxy
  readonly bus: TcpProxy
  /** Where it comes from when it connects to others, so that their proxies can tell who it is. */
  readonly address: string
}

/** Three masters that have a replica each. It fails over by itself. */
const shards = 3
const slots = 16_384
/** Where nodes come from. */
const nodesAddress = '127.0.0.1'
/** How long a replica may take to take over, in milliseconds. */
const takeOverLimit = 8_000

/**
 * A Cluster in which a master can be cut off from its replica and from the other masters while nodes still reach it. All that
 * anyone hears of a server are the addresses of its proxies, and each server has a source address of its own.
 */
export class ChaosCluster implements Topology {
  readonly shards: number = shards
  // While it fails over, nobody outside can say which master counts.
  readonly auditable = false
  readonly links: readonly TcpProxy[]
  readonly #members: readonly Member[]
  readonly #cluster: RedisCluster
  /** Whom a cut keeps from a server. */
  readonly #refused = new Map<Member, (from: string) => boolean>()

  private constructor(members: readonly Member[], cluster: RedisCluster) {
    this.#members = members
    this.#cluster = cluster
    this.links = members.map(({ link }) => link)
  }

  static async start(): Promise<ChaosCluster> {
    const members = await Promise.all(Array.from({ length: shards * 2 }, (_, index) => startMember(index)))
    return new ChaosCluster(members, await RedisCluster.of(members.map(({ server }) => server)))
  }

  get servers(): readonly RedisServer[] {
    return this.#members.map(({ server }) => server)
  }

  get directUrl(): string {
    return this.urlOf()
  }

  shardOf(document: string): number {
    return Math.floor((hashSlot(new DocumentKeys(defaultPrefix, document).head) * shards) / slots)
  }

  /** Seeds are all there are, since any may be down; whoever asks them is told the links' addresses. */
  urlOf(): string {
    return `redis+cluster://${this.links.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
  }

  async inflict({ kind, target, lasts }: Fault<StoreFaultKind>, audit: Audit): Promise<void> {
    const { master, replica } = await this.#shard(target)
    const takesOver = (): Promise<void> =>
      this.#takesOver(
        replica,
        { open: () => openServerLog(replica.server), has: (document) => this.shardOf(document) === target },
        audit,
      )
    switch (kind) {
      case 'kill-master':
        await Promise.all([takesOver(), master.server.kill()])
        await sleep(lasts)
        await master.server.restart()
        break
      case 'kill-replica':
        await replica.server.kill()
        await sleep(lasts)
        await replica.server.restart()
        break
      case 'pause-master':
        master.server.pause()
        await Promise.all([takesOver(), sleep(lasts)])
        master.server.resume()
        break
      case 'hand-over':
        await replica.server.client.call('CLUSTER', 'FAILOVER')
        await sleep(lasts)
        await this.#untilMaster(replica)
        break
      case 'cut-off-master':
        this.#cutOff(master)
        await Promise.all([takesOver(), sleep(lasts)])
        for (const { link, bus } of this.#members) {
          link.pass()
          bus.pass()
        }
        this.#refused.clear()
        break
      default:
        cannotInflict('a Cluster', kind)
    }
    await this.#untilWhole()
    await audit()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#members.flatMap(({ link, bus }) => [link, bus]).map((proxy) => proxy[Symbol.asyncDispose]()),
    )
    await this.#cluster[Symbol.asyncDispose]()
  }

  /**
   * Waits until a replica has taken over, and looks at what it has before any node reaches it: whatever a node still holds it
   * would put back. A Cluster that cannot agree on it in time is let be: it will when it is whole again.
   */
  async #takesOver(replica: Member, source: LogSource, audit: Audit): Promise<void> {
    const refused = this.#refused.get(replica)
    replica.link.refuse((from) => from === nodesAddress || refused?.(from) === true)
    if (await this.#untilMaster(replica, takeOverLimit)) await audit(source)
    if (refused === undefined) replica.link.pass()
    else replica.link.refuse(refused)
  }

  /** Lets no other server reach it, nor it any other. */
  #cutOff(lone: Member): void {
    for (const member of this.#members) {
      const refused =
        member === lone
          ? (from: string) => this.#members.some(({ address }) => address === from)
          : (from: string) => from === lone.address
      member.link.refuse(refused)
      member.bus.refuse(refused)
      this.#refused.set(member, refused)
    }
  }

  /** The master and the replica of a shard. They are always members `n` and `n + 3`, in one order or the other. */
  async #shard(number: number): Promise<{ master: Member; replica: Member }> {
    const [one, other] = [this.#members[number], this.#members[number + shards]]
    if (one === undefined || other === undefined) throw new RangeError(`there is no shard ${number}`)
    // Both are masters until the old one has heard of the new.
    return (await isMaster(one)) ? { master: one, replica: other } : { master: other, replica: one }
  }

  /** @returns whether it became one in time */
  async #untilMaster(member: Member, limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    const begun = performance.now()
    while (!(await isMaster(member))) {
      if (performance.now() - begun > limit) return false
      await sleep(20)
    }
    return true
  }

  /** Waits until each shard has a master with a replica that is in step, and all servers say that the Cluster is well. */
  async #untilWhole(): Promise<void> {
    for (let number = 0; number < shards; number++) {
      while (!(await this.#isWhole(await this.#shard(number)))) await sleep(50)
    }
    await this.#cluster.until((info) => info.includes('cluster_state:ok'))
  }

  async #isWhole({ master, replica }: { master: Member; replica: Member }): Promise<boolean> {
    const replication = await master.server.client.info('replication')
    return !(await isMaster(replica)) && replication.includes('role:master') && replication.includes('state=online')
  }
}

async function isMaster({ server }: Member): Promise<boolean> {
  return (await server.client.info('replication')).includes('role:master')
}

async function startMember(index: number): Promise<Member> {
  const [link, bus] = await Promise.all([TcpProxy.start(), TcpProxy.start()])
  const address = `127.0.0.${10 + index}`
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': '1500',
    // A replica that has not heard its master for long is still the best there is.
    'cluster-replica-validity-factor': '0',
    'cluster-announce-ip': '127.0.0.1',
    'cluster-announce-port': String(link.port),
    'cluster-announce-bus-port': String(bus.port),
    'bind-source-addr': address,
  }
  const server = await RedisServer.start(...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]))
  link.lead(server.port)
  bus.lead(server.port + 10_000)
  return { server, link, bus, address }
}
