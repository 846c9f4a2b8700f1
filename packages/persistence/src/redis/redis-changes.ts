import { decodeChangeCursor, encodeChangeCursor, timeOfChange } from '../change-cursor.ts'
import { assertChangeLimit, type ChangePage, type Changes, type DocumentChange } from '../changes.ts'
import { kindsAfter } from '../feed-entry.ts'
import { randomId } from '../random-id.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { DocumentAccess } from './document-access.ts'
import type { ListingIndex } from './listing-index.ts'
import { bucketNumberOf, bucketsOf } from './listing-places.ts'
import { maybeTextIn } from './reply.ts'
import { runShared } from './shared-key.ts'

/** What the feed works on. */
export interface RedisChangesParts {
  readonly access: DocumentAccess
  readonly feed: ChangeFeed
  readonly index: ListingIndex
  /** Brings documents into the feed that were there before it was. */
  readonly begin: () => void
}

/** The feed in Redis. A place in it is one in each bucket. */
export class RedisChanges implements Changes {
  readonly #parts: RedisChangesParts
  readonly #key: string
  readonly #buckets: number

  constructor(parts: RedisChangesParts) {
    this.#parts = parts
    this.#key = `${parts.access.prefix}:feed`
    this.#buckets = bucketsOf(parts.access.prefix).length
  }

  async read(after: string | undefined, limit: number): Promise<ChangePage> {
    assertChangeLimit(limit)
    const { feed, index } = this.#parts
    const name = await this.#name()
    const start = after === undefined ? this.#beginning() : decodeChangeCursor(after, name, this.#buckets, Date.now())
    await index.flush()
    const parts = await feed.read(start, Math.max(1, Math.floor(limit / this.#buckets)))
    const left = parts.flatMap(({ marks }) => marks)
    // Nobody else will feed what its node did not come to.
    if (left.length > 0) await index.settle(left)
    const found = parts.flatMap((part) => part.found).sort((a, b) => a.place - b.place)
    const places = [...start]
    const changes = found.slice(0, limit).map(({ document, place, entry }): DocumentChange => {
      const bucket = bucketNumberOf(document)
      places[bucket] = place
      return {
        document,
        happened: kindsAfter(entry, start[bucket] ?? 0),
        state: entry.state,
        title: entry.title,
        at: timeOfChange(place),
        cursor: encodeChangeCursor(name, places),
      }
    })
    const more = left.length > 0 || parts.some(({ last }, bucket) => last > (places[bucket] ?? 0))
    return { changes, next: encodeChangeCursor(name, places), more }
  }

  async latest(): Promise<string> {
    const { feed, index } = this.#parts
    const name = await this.#name()
    await index.flush()
    const parts = await feed.read(this.#beginning(), 1)
    return encodeChangeCursor(
      name,
      parts.map(({ last }) => last),
    )
  }

  #beginning(): number[] {
    return Array.from({ length: this.#buckets }, () => 0)
  }

  /** Asked for each time: where all of Redis was lost, other nodes have begun another feed. */
  async #name(): Promise<string> {
    const found = maybeTextIn(await this.#ask('GET', []))
    if (found !== undefined) return found
    const name = randomId()
    const before = maybeTextIn(await this.#ask('SET', [name, 'NX', 'GET']))
    if (before !== undefined) return before
    this.#parts.begin()
    return name
  }

  #ask(command: string, args: readonly string[]): Promise<unknown> {
    return runShared(this.#parts.access, this.#key, (commands, asking) =>
      commands.call(command, [this.#key, ...args], asking),
    )
  }
}
