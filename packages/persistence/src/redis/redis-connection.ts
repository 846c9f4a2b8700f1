import { Redis, type RedisOptions } from 'ioredis'
import { StoreConfigurationError, StoreUnavailableError } from '../errors.ts'
import { type RedisLocation, type ServerAddress, addressText } from './redis-url.ts'
import { isConfigurationReply, adviceOn, RedisReplyError } from './reply-errors.ts'
import type { RedisScript } from './scripts/redis-script.ts'

/** What may be sent: text, numbers as text, and bytes as they are. */
export type Argument = string | number | Buffer

/** How a connection is made and watched. */
export interface ConnectionOptions {
  readonly location: RedisLocation
  /** Of a Cluster, the server that it goes to. */
  readonly address?: ServerAddress
  /** Shown by CLIENT LIST. */
  readonly name: string
  /** Run on every new connection before it counts as usable. What it throws keeps the connection from being used. */
  readonly check: (redis: Redis) => Promise<void>
  /** The connection is usable, for the first time or again. */
  readonly onUsable?: (redis: Redis) => void
  /** It was lost, or an attempt to make it failed. */
  readonly onLost?: () => void
}

/** How long until an attempt to connect is given up, in milliseconds. */
const connectTimeout = 3_000
/** A server that owes an answer for so long counts as gone: a stopped one says nothing. In milliseconds. */
const answerTimeout = 5_000
/**
 * How long a connection that is closed may take to end, in milliseconds. ioredis waits for as long where it has ended already,
 * and that keeps a process from ending.
 */
const farewell = 100
/** Between two attempts to connect, in milliseconds: the first, and what doubling ends at. */
const firstRetry = 50
const largestRetry = 1_000
/** A server that failed its checks is looked at again after this time, in milliseconds. */
const recheckDelay = 2_000

type State =
  | { readonly name: 'connecting' }
  | { readonly name: 'usable' }
  /** The server is there and may not be used as it is set up. */
  | { readonly name: 'refused'; readonly error: StoreConfigurationError }
  | { readonly name: 'closed'; readonly reason: string }

/**
 * A connection to one server, made again whenever it is lost. Commands of one turn of the event loop go out together.
 *
 * A command settles: what was in flight when the connection is lost fails, and nothing is sent twice, since only the caller
 * knows whether that would be right. ioredis would leave such commands pending for ever when it is told not to resend them
 * (redis/ioredis#2193); `maxRetriesPerRequest: 0` makes it fail them as the connection closes.
 */
export class RedisConnection {
  readonly #redis: Redis
  readonly #options: ConnectionOptions
  #state: State = { name: 'connecting' }
  #attempt: PromiseWithResolvers<void> = attempt()
  #session = 0
  #lastError: Error | undefined
  #corked = false
  #recheck: NodeJS.Timeout | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#redis = new Redis(ioredisOptions(options))
    this.#redis.on('error', (error: Error) => (this.#lastError = error))
    this.#redis.on('ready', () => void this.#check())
    this.#redis.on('close', () => this.#lost())
    this.#redis.connect().catch(() => {})
  }

  /** Whether commands go out at once. */
  get usable(): boolean {
    return this.#state.name === 'usable'
  }

  /** Which one in the row of connections this is. Another number says that one was lost since. */
  get session(): number {
    return this.#session
  }

  /**
   * Resolves when the connection is usable.
   *
   * @throws StoreConfigurationError where the server may not be used as it is; StoreUnavailableError where an attempt to
   *   connect failed; it goes on trying all the same
   */
  async opened(): Promise<void> {
    if (this.#state.name === 'refused') throw this.#state.error
    if (this.#state.name !== 'usable') await this.#attempt.promise
  }

  /**
   * Sends a command.
   *
   * @param asking whether the server is to answer for a slot that is on its way to it
   * @throws RedisReplyError for an error that Redis replied; StoreUnavailableError where no reply came, and then nobody
   *   knows whether the command was done
   */
  async call(command: string, args: readonly Argument[], asking = false): Promise<unknown> {
    if (this.#state.name !== 'usable') await this.#whenUsable()
    return this.#send(command, args, asking)
  }

  /** Runs a script, by its hash where the server knows it. @throws as `call` */
  async run(script: RedisScript, keys: readonly string[], args: readonly Argument[], asking = false): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args]
    try {
      return await this.call('EVALSHA', [script.hash, ...rest], asking)
    } catch (error) {
      // Restarts and SCRIPT FLUSH make a server forget it. Sending the text makes it known again.
      if (!(error instanceof RedisReplyError && error.code === 'NOSCRIPT')) throw error
      return this.call('EVAL', [script.text, ...rest], asking)
    }
  }

  /** Ends the connection. What is in flight, and what comes later, fails with the reason given. */
  close(reason = 'the store is closed'): void {
    if (this.#state.name === 'closed') return
    this.#state = { name: 'closed', reason }
    clearTimeout(this.#recheck)
    this.#attempt.reject(new StoreUnavailableError(reason))
    this.#redis.disconnect()
  }

  async #send(command: string, args: readonly Argument[], asking: boolean): Promise<unknown> {
    this.#cork()
    try {
      if (asking) this.#redis.call('ASKING').catch(() => {})
      return await this.#redis.callBuffer(command, ...args)
    } catch (error) {
      throw this.#translate(error)
    }
  }

  /** Gathers what is sent in this turn into one write: a system call for each command would cost more than Redis does. */
  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    const { stream } = this.#redis
    stream.cork()
    queueMicrotask(() =>
      process.nextTick(() => {
        this.#corked = false
        stream.uncork()
      }),
    )
  }

  async #whenUsable(): Promise<void> {
    if (this.#state.name === 'closed') throw new StoreUnavailableError(this.#state.reason)
    if (this.#state.name === 'refused') throw unavailable(this.#state.error)
    await this.#attempt.promise.catch((error: unknown) => {
      throw error instanceof StoreConfigurationError ? unavailable(error) : error
    })
  }

  async #check(): Promise<void> {
    try {
      await this.#options.check(this.#redis)
    } catch (error) {
      this.#refuse(error)
      return
    }
    if (this.#state.name === 'closed' || this.#redis.status !== 'ready') return
    this.#state = { name: 'usable' }
    this.#session++
    this.#attempt.resolve()
    this.#options.onUsable?.(this.#redis)
  }

  #refuse(error: unknown): void {
    // Where the connection went away under the check, its loss is what is told.
    if (this.#state.name === 'closed' || this.#redis.status !== 'ready') return
    if (!(error instanceof StoreConfigurationError)) {
      this.#lastError = error instanceof Error ? error : new Error(String(error))
      this.#redis.disconnect(true)
      return
    }
    this.#state = { name: 'refused', error }
    this.#attempt.reject(error)
    this.#attempt = attempt()
    this.#recheck = setTimeout(() => this.#redis.disconnect(true), recheckDelay).unref()
  }

  #lost(): void {
    if (this.#state.name === 'closed') return
    clearTimeout(this.#recheck)
    this.#state = { name: 'connecting' }
    this.#corked = false
    this.#attempt.reject(this.#failure())
    this.#attempt = attempt()
    this.#options.onLost?.()
  }

  #failure(): Error {
    const cause = this.#lastError
    if (cause === undefined) return new StoreUnavailableError('the connection to Redis was lost')
    if (isConfigurationReply(cause.message)) return new StoreConfigurationError(adviceOn(cause.message), { cause })
    return new StoreUnavailableError(`Redis at ${this.#place()} cannot be reached: ${cause.message}`, { cause })
  }

  #place(): string {
    const { location, address } = this.#options
    if (address !== undefined) return addressText(address)
    return location.kind === 'standalone' ? addressText(location.address) : `the ${location.kind}'s master`
  }

  #translate(error: unknown): Error {
    if (this.#state.name === 'closed') return new StoreUnavailableError(this.#state.reason)
    if (error instanceof Error && error.name === 'ReplyError')
      return new RedisReplyError(error.message, { cause: error })
    return new StoreUnavailableError('the connection to Redis was lost before it answered', { cause: error })
  }
}

function attempt(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>()
  // Nobody may be waiting for it.
  made.promise.catch(() => {})
  return made
}

/** What is wrong with a server's settings while it runs is an outage: someone may set it right again. */
function unavailable(cause: StoreConfigurationError): StoreUnavailableError {
  return new StoreUnavailableError(cause.message, { cause })
}

function ioredisOptions({ location, address, name }: ConnectionOptions): RedisOptions & { replyMapping: 'legacy' } {
  const { username, password, tls } = location
  const login = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  }
  return {
    ...target(location, address),
    ...login,
    connectionName: name,
    replyMapping: 'legacy',
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout,
    socketTimeout: answerTimeout,
    keepAlive: 10_000,
    disconnectTimeout: farewell,
    disableClientInfo: true,
    // After a failover the old address may lead to what is a replica by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy: (times) =>
      Math.min(firstRetry * 2 ** Math.min(times - 1, 10), largestRetry) * (0.75 + Math.random() / 2),
  }
}

function target(location: RedisLocation, address: ServerAddress | undefined): RedisOptions {
  switch (location.kind) {
    case 'standalone':
      return { ...location.address, db: location.database }
    case 'sentinel':
      return {
        sentinels: location.sentinels.map((sentinel) => ({ ...sentinel })),
        name: location.master,
        db: location.database,
        enableTLSForSentinelMode: location.tls,
        sentinelRetryStrategy: (times) => Math.min(times * firstRetry, largestRetry),
      }
    case 'cluster':
      return address === undefined ? {} : { ...address }
  }
}
