import { setTimeout as delay } from 'node:timers/promises'
import { StoreConfigurationError, StoreUnavailableError } from '../errors.ts'
import { type ClusterTopology, askTopology } from './cluster-topology.ts'
import { hashSlot } from './hash-slot.ts'
import { type RedisLocation, type ServerAddress, addressText } from './redis-url.ts'
import { RedisReplyError } from './reply-errors.ts'
import { type MakeShard, type Routes, type Shard, closeShard } from './routes.ts'

/** How long a request follows a slot that is being moved, in milliseconds. */
const patience = 2_000
/** Before a request is tried again where it was, in milliseconds. */
const retryDelay = 20
/** Between two looks at the Cluster, in milliseconds. */
const refreshInterval = 500

type ClusterLocation = Extract<RedisLocation, { kind: 'cluster' }>

/**
 * The masters of a Cluster. ioredis has a Cluster client too; it sends a command again after a lost connection, swallows what
 * goes wrong with a subscription, and does not say which master took a write, which WAIT has to know.
 */
export class ClusterRoutes implements Routes {
  readonly oneMaster = false
  readonly #location: ClusterLocation
  readonly #makeShard: MakeShard
  readonly #shards = new Map<string, Shard>()
  readonly #listeners = new Set<() => void>()
  #owners: (Shard | undefined)[] = []
  /** Replicas, and masters that were: whoever may know where the masters are. */
  #others: readonly ServerAddress[] = []
  #refreshing: Promise<void> | undefined
  #soon: NodeJS.Timeout | undefined
  #closed = false

  constructor(location: ClusterLocation, makeShard: MakeShard) {
    this.#location = location
    this.#makeShard = makeShard
  }

  async at<Answer>(key: string, send: (shard: Shard, asking: boolean) => Promise<Answer>): Promise<Answer> {
    const slot = hashSlot(key)
    const deadline = performance.now() + patience
    let target: { readonly shard: Shard; readonly asking: boolean } | undefined
    for (;;) {
      const shard = target?.shard ?? (await this.#ownerOfSlot(slot))
      try {
        return await send(shard, target?.asking ?? false)
      } catch (error) {
        if (!(error instanceof RedisReplyError)) throw error
        if (performance.now() > deadline || !redirections.has(error.code)) throw error
        target = await this.#follow(error, slot, shard)
      }
    }
  }

  ownerOf(key: string): Shard | undefined {
    return this.#owners[hashSlot(key)]
  }

  shards(): readonly Shard[] {
    return [...this.#shards.values()]
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  suspect(): void {
    if (this.#closed) return
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      // Where it fails, what is lost goes on trying to connect, and calls this again each time.
      this.#refresh().catch(() => {})
    }, refreshInterval).unref()
  }

  async opened(): Promise<void> {
    await this.#refresh()
    await Promise.all(this.shards().map(({ commands }) => commands.opened()))
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#soon)
    for (const shard of this.#shards.values()) closeShard(shard)
    this.#shards.clear()
  }

  async #ownerOfSlot(slot: number): Promise<Shard> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    if (this.#owners[slot] === undefined) await this.#refresh()
    const owner = this.#owners[slot]
    if (owner === undefined) throw new StoreUnavailableError(`no master of the Redis Cluster holds slot ${slot}`)
    return owner
  }

  /** Where to try next; undefined for whoever holds the slot now. */
  async #follow(
    error: RedisReplyError,
    slot: number,
    from: Shard,
  ): Promise<{ readonly shard: Shard; readonly asking: boolean } | undefined> {
    switch (error.code) {
      case 'MOVED': {
        const shard = this.#shardAt(redirectionOf(error, from))
        this.#owners[slot] = shard
        this.suspect()
        return undefined
      }
      case 'ASK':
        return { shard: this.#shardAt(redirectionOf(error, from)), asking: true }
      default:
        if (error.code === 'CLUSTERDOWN') this.suspect()
        await delay(retryDelay)
        return undefined
    }
  }

  #shardAt(address: ServerAddress): Shard {
    const name = addressText(address)
    const present = this.#shards.get(name)
    if (present !== undefined) return present
    const shard = this.#makeShard(address, () => this.suspect())
    this.#shards.set(name, shard)
    return shard
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  async #look(): Promise<void> {
    const masters = this.shards().flatMap(({ address }) => (address === undefined ? [] : [address]))
    const addresses = new Map(
      [...masters, ...this.#others, ...this.#location.seeds].map((one) => [addressText(one), one]),
    )
    const topology = await askTopology(this.#location, [...addresses.values()])
    if (!this.#closed) this.#take(topology)
  }

  #take({ ranges }: ClusterTopology): void {
    if (ranges.length === 0) {
      throw new StoreConfigurationError('the Redis Cluster has no slots: create it with redis-cli --cluster create')
    }
    const before = this.#owners
    const owners: (Shard | undefined)[] = []
    for (const { first, last, servers } of ranges) {
      const [master] = servers
      const shard = master === undefined ? undefined : this.#shardAt(master)
      for (let slot = first; slot <= last; slot++) owners[slot] = shard
    }
    this.#owners = owners
    this.#others = ranges.flatMap(({ servers }) => servers.slice(1))
    const kept = new Set(owners)
    for (const [name, shard] of this.#shards) {
      if (kept.has(shard)) continue
      this.#shards.delete(name)
      closeShard(shard, `${name} holds no slots of the Redis Cluster any more`)
    }
    if (owners.some((owner, slot) => owner !== before[slot])) for (const listener of this.#listeners) listener()
  }
}

/** What Redis says of a slot that is not, or not yet, or not now where it was asked for. None of these did anything. */
const redirections: ReadonlySet<string> = new Set(['MOVED', 'ASK', 'TRYAGAIN', 'CLUSTERDOWN'])

function redirectionOf(error: RedisReplyError, from: Shard): ServerAddress {
  const [, host = '', port = ''] = /^\S+ \d+ (\S*):(\d+)$/.exec(error.message) ?? []
  return { host: host === '' ? (from.address?.host ?? '') : host, port: Number(port) }
}
