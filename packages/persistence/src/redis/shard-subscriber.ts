import type { Redis } from 'ioredis'
import { StoreUnavailableError } from '../errors.ts'
import { RedisConnection } from './redis-connection.ts'
import type { RedisLocation, ServerAddress } from './redis-url.ts'

/** What a subscriber tells. */
export interface ShardSubscriberEvents {
  message(channel: string, bytes: Buffer): void
  /** The connection is there again: everything has to be subscribed to anew. */
  usable(): void
  lost(): void
  /** The server has given up channels by itself, or does not serve one that it was asked for. */
  moved(): void
}

/**
 * How often a connection on which nothing came is tried, in milliseconds: a link that swallows everything closes nothing. One
 * that owes the answer for too long is given up.
 */
const pingInterval = 5_000

/** The subscriptions at one master, on a connection of their own. */
export class ShardSubscriber {
  readonly #connection: RedisConnection
  readonly #events: ShardSubscriberEvents
  readonly #pings: NodeJS.Timeout
  #watched: Redis | undefined
  #heard = false

  constructor(location: RedisLocation, address: ServerAddress | undefined, events: ShardSubscriberEvents) {
    this.#events = events
    this.#connection = new RedisConnection({
      location,
      ...(address === undefined ? {} : { address }),
      name: 'weft-relay',
      check: () => Promise.resolve(),
      onUsable: (redis) => {
        this.#watch(redis)
        events.usable()
      },
      onLost: () => events.lost(),
    })
    this.#pings = setInterval(() => this.#ping(), pingInterval).unref()
  }

  get usable(): boolean {
    return this.#connection.usable
  }

  /** Resolves when the server has acknowledged it. @throws RedisReplyError, StoreUnavailableError */
  async subscribe(channel: string): Promise<void> {
    await this.#connection.call('ssubscribe', [channel])
  }

  /** Nobody waits for it: what is lost with the connection is no longer subscribed to either. */
  unsubscribe(channel: string): void {
    if (!this.#connection.usable) return
    this.#connection.call('sunsubscribe', [channel]).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailableError)) this.#events.moved()
    })
  }

  close(reason?: string): void {
    clearInterval(this.#pings)
    this.#connection.close(reason)
  }

  #ping(): void {
    // Its failure is the connection's loss, which is told by itself.
    if (this.#connection.usable && !this.#heard) this.#connection.call('PING', []).catch(() => {})
    this.#heard = false
  }

  #watch(redis: Redis): void {
    if (this.#watched === redis) return
    this.#watched = redis
    redis.on('smessageBuffer', (channel: Buffer, bytes: Buffer) => {
      this.#heard = true
      this.#events.message(channel.toString(), bytes)
    })
    redis.on('moved', () => this.#events.moved())
  }
}
