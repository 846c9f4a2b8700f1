import { StoreUnavailableError } from '../errors.ts'
import type { Argument, RedisConnection } from './redis-connection.ts'
import type { RedisScript } from './scripts/redis-script.ts'

/** An append as it goes to a server. */
export interface LaneAppend {
  readonly script: RedisScript
  readonly keys: readonly string[]
  readonly args: readonly Argument[]
  readonly asking: boolean
  /** Whether a reply says that something was written, which then has to become durable. */
  readonly wrote: (reply: unknown) => boolean
}

/** The way of appends into one server. It replies once they are as durable as the store claims. */
export interface AppendLane {
  /** @throws as `RedisConnection.run` */
  run(append: LaneAppend): Promise<unknown>
  close(reason?: string): void
}

/** Where a reply says it all: Redis took it, and at `appendfsync always` its disk did before it replied. */
export function directLane(connection: RedisConnection): AppendLane {
  return {
    run: ({ script, keys, args, asking }) => connection.run(script, keys, args, asking),
    close: () => {},
  }
}

interface Queued {
  readonly append: LaneAppend
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Unsaved extends Omit<Queued, 'append'> {
  readonly reply: unknown
  /** By the monotonic clock, in milliseconds. */
  readonly since: number
}

/** How long one WAIT holds up the connection while a replica is behind, in milliseconds. */
const waitTimeout = 500

/**
 * How long an append waits for replicas before it is told as an outage, in milliseconds: whoever sent it repeats it, and says
 * meanwhile that nothing becomes durable.
 */
const patience = 5_000

/**
 * Where replicas count: a connection of its own, because WAIT blocks the one that it is sent on and asks about the writes of
 * that one alone. Batch, WAIT, next batch. A WAIT that finds too few replicas says that nothing is saved yet, so the next
 * one asks again, for the next batch too.
 */
export class ReplicaLane implements AppendLane {
  readonly #connection: RedisConnection
  readonly #replicas: number
  #queue: Queued[] = []
  #unsaved: Unsaved[] = []
  #running = false

  constructor(connection: RedisConnection, replicas: number) {
    this.#connection = connection
    this.#replicas = replicas
  }

  run(append: LaneAppend): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ append, resolve, reject })
      if (this.#running) return
      this.#running = true
      queueMicrotask(() => void this.#runAll())
    })
  }

  close(reason?: string): void {
    this.#connection.close(reason)
  }

  async #runAll(): Promise<void> {
    while (this.#queue.length > 0 || this.#unsaved.length > 0) {
      const batch = this.#queue
      this.#queue = []
      try {
        await this.#runBatch(batch)
      } catch (error) {
        for (const { reject } of [...batch, ...this.#unsaved]) reject(error)
        this.#unsaved = []
      }
    }
    this.#running = false
  }

  async #runBatch(batch: readonly Queued[]): Promise<void> {
    if (!this.#connection.usable) await this.#connection.call('PING', [])
    // A new connection knows nothing of the old one's writes: its WAIT would return at once, whatever the replicas have.
    const { session } = this.#connection
    await Promise.all(batch.map((queued) => this.#send(queued)))
    if (this.#unsaved.length === 0) return
    this.#assertSession(session)
    const replicas = await this.#connection.call('WAIT', [this.#replicas, waitTimeout])
    this.#assertSession(session)
    if (typeof replicas !== 'number' || replicas < this.#replicas) {
      this.#giveUpOld()
      return
    }
    for (const { resolve, reply } of this.#unsaved) resolve(reply)
    this.#unsaved = []
  }

  async #send({ append, resolve, reject }: Queued): Promise<void> {
    const { script, keys, args, asking, wrote } = append
    try {
      const reply = await this.#connection.run(script, keys, args, asking)
      if (wrote(reply)) this.#unsaved.push({ reply, resolve, reject, since: performance.now() })
      else resolve(reply)
    } catch (error) {
      reject(error)
    }
  }

  #giveUpOld(): void {
    const oldest = performance.now() - patience
    const old = this.#unsaved.filter(({ since }) => since < oldest)
    if (old.length === 0) return
    this.#unsaved = this.#unsaved.filter(({ since }) => since >= oldest)
    const error = new StoreUnavailableError(
      `fewer than ${this.#replicas} replicas of Redis have what was appended: bring them back, or ask for fewer`,
    )
    for (const { reject } of old) reject(error)
  }

  #assertSession(session: number): void {
    if (this.#connection.session === session && this.#connection.usable) return
    throw new StoreUnavailableError('the connection to Redis was lost before the replicas had everything')
  }
}
