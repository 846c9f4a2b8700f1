import { StoreUnavailableError } from '../errors.ts'
import type { DocumentAccess } from './document-access.ts'
import type { RedisLocation } from './redis-url.ts'
import { adviceOn, RedisReplyError } from './reply-errors.ts'
import type { Shard } from './routes.ts'
import { ShardSubscriber } from './shard-subscriber.ts'

/** Before subscriptions that could not be taken up again are tried once more, in milliseconds. */
const mendDelay = 200
/** Subscriptions that go out in one turn of the event loop. */
const channelsPerTurn = 500

/** What whoever listens to a channel is told. */
export interface ChannelListener {
  message(bytes: Buffer): void
  /** Messages may have been missed: the subscription was lost and is there again. */
  resumed(): void
}

/** A channel, as long as anyone listens to it. */
interface Channel {
  readonly name: string
  readonly listeners: Set<ChannelListener>
  /** The master at which it is subscribed; undefined while it hears nothing. */
  home: string | undefined
  /** Whether it was subscribed before, so that messages were missed. */
  deaf: boolean
  attempt: Promise<void> | undefined
}

/** Sharded channels, each at the master that holds its slot, subscribed while anyone listens. */
export class ShardedChannels {
  readonly #access: DocumentAccess
  readonly #location: RedisLocation
  readonly #channels = new Map<string, Channel>()
  readonly #subscribers = new Map<string, ShardSubscriber>()
  readonly #stopWatching: () => void
  #mending: NodeJS.Timeout | undefined
  #closed = false

  constructor(access: DocumentAccess, location: RedisLocation) {
    this.#access = access
    this.#location = location
    this.#stopWatching = access.routes.onChange(() => this.#routesChanged())
  }

  /**
   * Listens to a channel. Resolves when the subscription is acknowledged. One that is lost is taken up again until it is ended.
   *
   * @param listener used once: each subscription has its own
   * @returns a function that ends it
   * @throws StoreUnavailableError
   */
  async subscribe(name: string, listener: ChannelListener): Promise<() => void> {
    const channel = this.#channels.get(name) ?? newChannel(name)
    this.#channels.set(name, channel)
    channel.listeners.add(listener)
    const leave = (): void => this.#leave(channel, listener)
    try {
      await this.#join(channel)
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#closed = true
    this.#stopWatching()
    clearTimeout(this.#mending)
    this.#channels.clear()
    for (const subscriber of this.#subscribers.values()) subscriber.close()
    this.#subscribers.clear()
  }

  #join(channel: Channel): Promise<void> {
    if (channel.home !== undefined) return Promise.resolve()
    channel.attempt ??= this.#subscribe(channel).finally(() => (channel.attempt = undefined))
    return channel.attempt
  }

  async #subscribe(channel: Channel): Promise<void> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    const owner = this.#access.routes.ownerOf(channel.name)
    if (owner === undefined) {
      this.#access.routes.suspect()
      throw new StoreUnavailableError('no master of the Redis Cluster is known for this channel')
    }
    const subscriber = this.#subscriberAt(owner)
    try {
      await subscriber.subscribe(channel.name)
    } catch (error) {
      // Elsewhere by now: the routes find out where.
      this.#access.routes.suspect()
      if (!(error instanceof RedisReplyError)) throw error
      throw new StoreUnavailableError(adviceOn(error.message), { cause: error })
    }
    if (this.#channels.get(channel.name) !== channel) {
      subscriber.unsubscribe(channel.name)
      return
    }
    channel.home = owner.name
    if (!channel.deaf) return
    channel.deaf = false
    for (const listener of channel.listeners) listener.resumed()
  }

  #leave(channel: Channel, listener: ChannelListener): void {
    channel.listeners.delete(listener)
    if (channel.listeners.size > 0 || this.#channels.get(channel.name) !== channel) return
    this.#channels.delete(channel.name)
    if (channel.home !== undefined) this.#subscribers.get(channel.home)?.unsubscribe(channel.name)
  }

  #subscriberAt({ name, address }: Shard): ShardSubscriber {
    const present = this.#subscribers.get(name)
    if (present !== undefined) return present
    const subscriber = new ShardSubscriber(this.#location, address, {
      message: (channel, bytes) => this.#receive(channel, bytes),
      usable: () => this.#mendSoon(0),
      lost: () => {
        this.#lose((home) => home === name)
        this.#access.routes.suspect()
      },
      moved: () => {
        // The server does not say in a way that reaches us which ones, so all of them are asked for again.
        this.#lose((home) => home === name)
        this.#access.routes.suspect()
        this.#mendSoon(mendDelay)
      },
    })
    this.#subscribers.set(name, subscriber)
    return subscriber
  }

  #routesChanged(): void {
    const shards = new Set(this.#access.routes.shards().map(({ name }) => name))
    for (const channel of this.#channels.values()) {
      const { home, name } = channel
      if (home === undefined || this.#access.routes.ownerOf(name)?.name === home) continue
      this.#subscribers.get(home)?.unsubscribe(name)
      channel.home = undefined
      channel.deaf = true
    }
    for (const [name, subscriber] of this.#subscribers) {
      if (shards.has(name)) continue
      subscriber.close(`${name} is no master of the Redis Cluster any more`)
      this.#subscribers.delete(name)
      this.#lose((home) => home === name)
    }
    this.#mendSoon(0)
  }

  #lose(where: (home: string) => boolean): void {
    for (const channel of this.#channels.values()) {
      if (channel.home === undefined || !where(channel.home)) continue
      channel.home = undefined
      channel.deaf = true
    }
  }

  #mendSoon(after: number): void {
    if (this.#closed) return
    this.#mending ??= setTimeout(() => {
      this.#mending = undefined
      void this.#mend()
    }, after).unref()
  }

  async #mend(): Promise<void> {
    const deaf = [...this.#channels.values()].filter(({ home, deaf }) => home === undefined && deaf)
    for (let start = 0; start < deaf.length; start += channelsPerTurn) {
      const group = deaf.slice(start, start + channelsPerTurn)
      const outcomes = await Promise.allSettled(group.map((channel) => this.#join(channel)))
      // Where one fails, the others of this server most likely do too.
      if (outcomes.some(({ status }) => status === 'rejected')) this.#mendSoon(mendDelay)
    }
  }

  #receive(name: string, bytes: Buffer): void {
    for (const listener of this.#channels.get(name)?.listeners ?? []) listener.message(bytes)
  }
}

function newChannel(name: string): Channel {
  return { name, listeners: new Set(), home: undefined, deaf: false, attempt: undefined }
}
