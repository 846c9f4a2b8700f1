import type { DocumentOrder, DocumentRecord } from '../document-catalog.ts'
import { arraysIn, recordOfFields } from '../listed-record.ts'
import type { DocumentAccess } from './document-access.ts'
import { type Bucket, bucketNumberOf, bucketsOf, setOf } from './listing-places.ts'
import { oldMark } from './change-feed.ts'
import type { Argument } from './redis-connection.ts'
import { listIn, textIn } from './reply.ts'
import { readMembersScript, readRecordsScript } from './scripts/listing.ts'
import type { RedisScript } from './scripts/redis-script.ts'

/** What the listing says of some documents. */
export interface ListedRecords {
  /** In the order of the ids; undefined where the listing has none that can be trusted. */
  readonly records: readonly (DocumentRecord | undefined)[]
  /** Marks that were left behind: what they are for is not listed as it is. */
  readonly marks: readonly string[]
}

/** A range of a set: bounds as ZRANGEBYLEX takes them. */
interface Range {
  readonly order: DocumentOrder
  readonly scope: string
  readonly from: string
  readonly to: string
}

/** What was read of a bucket's range so far. */
interface ReadBucket {
  readonly bucket: Bucket
  readonly members: readonly string[]
  /** Whether there may be more of it. */
  readonly more: boolean
}

/**
 * Reads the buckets of the listing as if they were one. Where one master holds all of them they are asked together, so that a
 * page costs two commands; in a Cluster each is asked alone.
 */
export class ListingBuckets {
  readonly #access: DocumentAccess
  readonly #buckets: readonly Bucket[]

  constructor(access: DocumentAccess) {
    this.#access = access
    this.#buckets = bucketsOf(access.prefix)
  }

  /** One more member of a range than asked for, where there are so many, in the order of bytes. @throws StoreUnavailableError */
  async members(range: Range, limit: number): Promise<string[]> {
    const wanted = limit + 1
    const count = Math.min(wanted, probablyEnough(wanted / this.#buckets.length))
    const unread = this.#buckets.map((bucket): ReadBucket => ({ bucket, members: [], more: true }))
    const read = await this.#readOn(unread, range, count)
    const first = mergedMembers(read)
    const last = first[limit]
    // What a bucket did not tell yet comes after what it told.
    const short = read.filter(({ members, more }) => more && (last === undefined || (members.at(-1) ?? '') < last))
    if (short.length === 0) return first.slice(0, wanted)
    const others = read.filter((one) => !short.includes(one))
    return mergedMembers([...others, ...(await this.#readOn(short, range, wanted))]).slice(0, wanted)
  }

  /** @throws StoreUnavailableError */
  async records(ids: readonly string[]): Promise<ListedRecords> {
    const found = new Map<string, DocumentRecord | undefined>()
    const perBucket = [...Map.groupBy(ids, bucketNumberOf)].flatMap(([number, listed]) => {
      const bucket = this.#buckets[number]
      return bucket === undefined ? [] : [{ bucket, listed }]
    })
    const marks: string[] = []
    await this.#askEach(perBucket, async (asked) => {
      const keys = asked.map(({ bucket }) => bucket.entries)
      const args = asked.flatMap(({ bucket, listed }) => [bucket.base, listed.length, ...listed])
      const reply = await this.#run(readRecordsScript, keys, [oldMark, ...args])
      for (const [index, { listed }] of asked.entries()) {
        const fields = arraysIn(textIn(reply[index * 2]))
        for (const [place, id] of listed.entries()) found.set(id, recordOfFields(id, fields?.[place] ?? []))
        marks.push(...listIn(reply[index * 2 + 1]).map(textIn))
      }
    })
    return { records: ids.map((id) => found.get(id)), marks }
  }

  async #readOn(
    buckets: readonly ReadBucket[],
    { order, scope, from, to }: Range,
    count: number,
  ): Promise<ReadBucket[]> {
    const read = await this.#askEach(buckets, async (asked) => {
      const keys = asked.map(({ bucket }) => setOf(bucket, order, scope))
      const begins = asked.map(({ members }) => (members.length === 0 ? from : `(${members.at(-1) ?? ''}`))
      const reply = await this.#run(readMembersScript, keys, [count, to, ...begins])
      return asked.map(({ bucket, members }, index): ReadBucket => {
        const lines = textIn(reply[index])
        const next = lines === '' ? [] : lines.split('\n')
        return { bucket, members: [...members, ...next], more: next.length === count }
      })
    })
    return read.flat()
  }

  #askEach<Asked, Answer>(
    buckets: readonly Asked[],
    ask: (group: readonly Asked[]) => Promise<Answer>,
  ): Promise<Answer[]> {
    if (buckets.length === 0) return Promise.resolve([])
    const groups = this.#access.routes.oneMaster ? [buckets] : buckets.map((bucket) => [bucket])
    return Promise.all(groups.map(ask))
  }

  async #run(
    script: RedisScript,
    [first = '', ...keys]: readonly string[],
    args: Argument[],
  ): Promise<readonly unknown[]> {
    return listIn(await this.#access.run('', script, [first, ...keys], args))
  }
}

/** A bucket's share of a page and, since chance shares out the documents, three deviations more. */
function probablyEnough(mean: number): number {
  return Math.ceil(mean + 3 * Math.sqrt(mean)) + 1
}

function mergedMembers(buckets: readonly ReadBucket[]): string[] {
  // Of ASCII, the order of code units is that of bytes.
  return buckets.flatMap(({ members }) => members).sort()
}
