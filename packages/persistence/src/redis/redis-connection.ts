import { Redis, type RedisOptions } from 'ioredis'
import { StoreConfigurationError, StoreUnavailableError } from '../errors.ts'
import { openErrorOf, storeErrorOf } from './redis-error.ts'
import { readScript } from './read-script.ts'
import { listIn, textIn } from './replies.ts'
import { assertRequirements, type RedisDurability } from './requirements.ts'
import type { Script } from './script.ts'

/** How long Redis may take over one command before its outcome counts as unknown, in milliseconds. */
const commandMilliseconds = 15_000
const firstDelay = 50
const longestDelay = 1_000

/** An argument of a command. */
export type Argument = string | number | Buffer

/** A command that reads: its name, its key, and what else it takes. */
export type Read = readonly [name: string, key: string, ...parameters: Argument[]]

type State =
  | { readonly name: 'connecting' }
  /** Connected to a Redis that is what it has to be. */
  | { readonly name: 'ready' }
  | { readonly name: 'closed' }

/**
 * The connection to one Redis. It comes back by itself, and at every return the Redis is checked again before anything is
 * asked of it: it may have been restarted with other settings. While it is away everything fails at once, and what was under
 * way fails too and is never sent again by itself: whether it was done is known only to Redis, so the caller repeats it
 * with its token.
 */
export class RedisConnection {
  readonly #client: Redis
  readonly #durability: RedisDurability
  readonly #scripts: readonly Script[]
  readonly #underWay = new Set<Promise<unknown>>()
  #state: State = { name: 'connecting' }
  #lastError: unknown = new Error('the connection was closed')
  #failures = 0
  #opened = false
  #closing: Promise<void> | undefined
  #whenVerified: (() => void) | undefined
  #whenRefused: ((error: unknown) => void) | undefined

  constructor(url: string, durability: RedisDurability, scripts: readonly Script[]) {
    this.#durability = durability
    this.#scripts = scripts
    const options = {
      lazyConnect: true,
      protocol: 2,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      commandTimeout: commandMilliseconds,
      // A store that cannot be opened says so once; one that was open comes back.
      retryStrategy: () => (this.#opened ? this.#delay() : null),
    } satisfies RedisOptions
    this.#client = new Redis(url, options)
    this.#client.on('error', (error: unknown) => (this.#lastError = error))
    this.#client.on('close', () => this.#lost())
    this.#client.on('ready', () => void this.#verify())
    this.#client.on('end', () => this.#whenRefused?.(this.#lastError))
  }

  /** @throws StoreConfigurationError, StoreUnavailableError */
  async open(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#whenVerified = resolve
        this.#whenRefused = reject
        // Its outcome is told by the events.
        this.#client.connect().catch(() => {})
      })
      this.#opened = true
    } catch (cause) {
      this.#state = { name: 'closed' }
      this.#client.disconnect()
      throw openErrorOf(cause)
    }
  }

  /**
   * Does something that may take several commands. Closing waits for it.
   *
   * @param document that it is about, for the text of errors
   * @throws StoreUnavailableError and what `work` throws
   */
  perform<T>(document: string | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(new StoreUnavailableError('the store is closed'))
    const done = work().catch((cause: unknown) => {
      throw storeErrorOf(cause, document)
    })
    const settled = done.then(
      () => {},
      () => {},
    )
    this.#underWay.add(settled)
    void settled.then(() => this.#underWay.delete(settled))
    return done
  }

  /** One command. Strings in the reply are Buffers. */
  async command(name: string, ...parameters: Argument[]): Promise<unknown> {
    this.#assertReady()
    return this.#client.callBuffer(name, parameters)
  }

  /** One script. Redis forgets scripts when it is told to, or restarts: then it is loaded again. */
  async run(script: Script, keys: readonly string[], parameters: readonly Argument[]): Promise<unknown> {
    this.#assertReady()
    const rest = [keys.length, ...keys, ...parameters]
    try {
      return await this.#client.callBuffer('EVALSHA', [script.sha, ...rest])
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await this.#client.callBuffer('EVAL', [script.source, ...rest])
    }
  }

  /** Several reads, each of the key that follows its name, with nothing of anyone else between them. */
  async readTogether(reads: readonly Read[]): Promise<readonly unknown[]> {
    this.#assertReady()
    const transaction = this.#client.multi()
    for (const [name, ...parameters] of reads) transaction.callBuffer(name, parameters)
    try {
      const outcomes = (await transaction.exec()) ?? []
      return outcomes.map(([error, reply]) => {
        if (error !== null) throw error
        return reply
      })
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('EXECABORT'))) throw error
      const keys = reads.map(([, key]) => key)
      return listIn(
        await this.run(
          readScript,
          keys,
          reads.flatMap((read) => [read.length, ...read]),
        ),
      )
    }
  }

  /** Lets what was begun end, does what is still to be said, then lets go. */
  close(finish: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(finish)
    return this.#closing
  }

  async #close(finish: () => Promise<void>): Promise<void> {
    await Promise.all(this.#underWay)
    await finish()
    this.#state = { name: 'closed' }
    this.#client.disconnect()
  }

  #assertReady(): void {
    if (this.#state.name === 'ready') return
    const cause = this.#lastError
    const text =
      cause instanceof StoreConfigurationError
        ? `Redis came back as one that Weft cannot use: ${cause.message}`
        : 'the connection to Redis is lost, and Weft goes on trying to reach it'
    throw new StoreUnavailableError(text, { cause })
  }

  async #verify(): Promise<void> {
    try {
      await assertRequirements(
        {
          info: async () => textIn(await this.#client.callBuffer('INFO', [])),
          setting: async (name) => {
            const [, value] = listIn(await this.#client.callBuffer('CONFIG', ['GET', name]))
            return value === undefined ? undefined : textIn(value)
          },
        },
        this.#durability,
      )
      for (const { source } of this.#scripts) await this.#client.callBuffer('SCRIPT', ['LOAD', source])
      if (this.#state.name === 'closed') return
      this.#state = { name: 'ready' }
      this.#failures = 0
      this.#lastError = new Error('the connection was closed')
      this.#whenVerified?.()
    } catch (error) {
      this.#lastError = error
      this.#lost()
      this.#whenRefused?.(error)
      // It is asked again when the connection is back.
      if (this.#opened && this.#state.name !== 'closed') this.#client.disconnect(true)
    }
  }

  #lost(): void {
    if (this.#state.name !== 'closed') this.#state = { name: 'connecting' }
  }

  #delay(): number {
    const most = Math.min(firstDelay * 2 ** this.#failures++, longestDelay)
    return most / 2 + (Math.random() * most) / 2
  }
}

/** @throws StoreConfigurationError where the URL is none that names a Redis. Its text holds no password. */
export function assertRedisUrl(url: string): void {
  const parsed = URL.parse(url)
  const isRedis = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:'
  if (!isRedis || parsed.hostname === '' || !/^(?:\/\d*)?$/.test(parsed.pathname)) {
    throw new StoreConfigurationError(
      'a Redis is named by redis://<host>:<port> or, over TLS, rediss://<host>:<port>, with user:password@ before the host',
    )
  }
}
