import { scopesOf } from '../sqlite/listing-index.ts'
import { indexKey } from './keys.ts'
import type { RedisConnection } from './redis-connection.ts'

/** Documents whose places in the index by update are moved at once. */
const movedAtOnce = 200
/** How long the index may lag behind an append, in milliseconds. This node's own listings do not see that. */
const moveDelay = 200

/**
 * The sorted sets that listings are read from: ids by name, and by times of creation and of update in each scope. Scores are
 * negative times, since the newest comes first. They may lag behind the documents and may name some that are gone; they
 * never lack one that is there, because a document is entered before it begins.
 */
export class CatalogIndex {
  readonly #connection: RedisConnection
  readonly #prefix: string
  /** What this node has appended and not yet said here, with the newest time of each. */
  readonly #touched = new Map<string, number>()
  #moving: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection
    this.#prefix = prefix
  }

  get byName(): string {
    return indexKey(this.#prefix, 'name')
  }

  byTime(order: 'updated' | 'created', scope: string): string {
    return indexKey(this.#prefix, `${order}:${scope}`)
  }

  /** @param fresh whether times that are there already belong to a former life */
  async add(document: string, at: number, fresh: boolean): Promise<void> {
    const condition = fresh ? [] : ['NX']
    await Promise.all([
      this.#connection.command('ZADD', this.byName, ...condition, 0, document),
      ...this.#timesOf(document).map((key) => this.#connection.command('ZADD', key, ...condition, -at, document)),
    ])
  }

  async remove(document: string): Promise<void> {
    this.#touched.delete(document)
    const keys = [this.byName, ...this.#timesOf(document)]
    await Promise.all(keys.map((key) => this.#connection.command('ZREM', key, document)))
  }

  /** A document was changed. Its place is moved soon: many appends of a document then cost one move. */
  touch(document: string, at: number): void {
    this.#touched.set(document, Math.max(this.#touched.get(document) ?? at, at))
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      // Where Redis is away the moves wait here for the next change or listing.
      this.#connection.perform(undefined, () => this.flush()).catch(() => {})
    }, moveDelay).unref()
  }

  /** Resolves when all that was said before is in the index. @throws StoreUnavailableError */
  async flush(): Promise<void> {
    while (this.#moving !== undefined || this.#touched.size > 0) {
      this.#moving ??= this.#moveSome().finally(() => (this.#moving = undefined))
      await this.#moving
    }
  }

  /** The last flush. What Redis does not take now stays behind, which only listings notice. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer)
    await this.flush().catch(() => {})
  }

  async #moveSome(): Promise<void> {
    const some = [...this.#touched].slice(0, movedAtOnce)
    await Promise.all(some.map(([document, at]) => this.move(document, at)))
    for (const [document, at] of some) if (this.#touched.get(document) === at) this.#touched.delete(document)
  }

  /** Only forward, and only what is there: another node may have moved it further, or deleted it. */
  async move(document: string, at: number): Promise<void> {
    const keys = scopesOf(document).map((scope) => this.byTime('updated', scope))
    await Promise.all(keys.map((key) => this.#connection.command('ZADD', key, 'XX', 'LT', -at, document)))
  }

  #timesOf(document: string): string[] {
    return scopesOf(document).flatMap((scope) => [this.byTime('created', scope), this.byTime('updated', scope)])
  }
}
