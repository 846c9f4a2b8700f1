import type { CatalogPosition } from '../catalog-cursor.ts'
import type { DocumentListing, DocumentOrder, DocumentRecord } from '../document-catalog.ts'
import { scopeOfPrefix } from '../sqlite/listing-index.ts'
import type { CatalogIndex } from './catalog-index.ts'
import { pageScript } from './catalog-scripts.ts'
import { readRecord } from './read-record.ts'
import type { RedisConnection } from './redis-connection.ts'
import { listIn, numberIn, textIn } from './replies.ts'

/** Up to so many documents of a prefix are read and sorted; more are looked for in the index of their scope. */
const maxSorted = 2_000
/** How many places of an index one page looks at, and how many of them at once. A short page says where it ended (E3). */
const maxScanned = 20_000
const scannedAtOnce = 2_000

/** Every character of an id sorts before this one. */
const afterAnyId = '\u{7f}'

type TimeOrder = Exclude<DocumentOrder, 'name'>

/** A page, and where the index ended it: a document's own time may be ahead of its place there. */
interface ListedPage {
  readonly documents: readonly DocumentRecord[]
  readonly next: CatalogPosition | undefined
}

/** Lists documents out of the indexes. */
export class CatalogListing {
  readonly #connection: RedisConnection
  readonly #prefix: string
  readonly #index: CatalogIndex

  constructor(connection: RedisConnection, prefix: string, index: CatalogIndex) {
    this.#connection = connection
    this.#prefix = prefix
    this.#index = index
  }

  async page({ order, limit, prefix = '' }: DocumentListing, after: CatalogPosition | undefined): Promise<ListedPage> {
    if (order === 'name')
      return this.#collect(limit, maxScanned, after, (from, count) => this.#names(prefix, from, count))
    const scope = scopeOfPrefix(prefix)
    const few = scope !== prefix && (await this.#countOf(prefix)) <= maxSorted
    if (few) return this.#sorted(order, limit, prefix, after)
    const key = this.#index.byTime(order, scope)
    return this.#collect(limit, maxScanned, after, async (from, count) => {
      const most = scope === prefix ? count : scannedAtOnce
      return { places: await this.#places(order, key, from, most), most, matches: (id) => id.startsWith(prefix) }
    })
  }

  /** Goes through an index until the page is full, passing over what is not there any more. */
  async #collect(
    limit: number,
    bound: number,
    start: CatalogPosition | undefined,
    read: (from: CatalogPosition | undefined, count: number) => Promise<Stretch>,
  ): Promise<ListedPage> {
    const documents: DocumentRecord[] = []
    let from = start
    for (let looked = 0; looked < bound;) {
      const { places, most, matches } = await read(from, limit + 1 - documents.length)
      const room = limit + 1 - documents.length
      const wanted = places.filter(({ id }) => matches(id)).slice(0, room)
      const records = await this.#records(wanted)
      for (const place of wanted) {
        const record = records.get(place.id)
        if (record === undefined) continue
        if (documents.length === limit) return { documents, next: from }
        documents.push(record)
        from = place
      }
      looked += places.length
      // Where as many were taken as there was room for, others may stand behind the last of them.
      const seen = wanted.length < room ? places.at(-1) : wanted.at(-1)
      if (seen === places.at(-1) && places.length < most) return { documents, next: undefined }
      if (documents.length === limit) return { documents, next: from }
      from = seen
    }
    return { documents, next: from }
  }

  async #names(prefix: string, after: CatalogPosition | undefined, count: number): Promise<Stretch> {
    const least = after === undefined || after.id < prefix ? `[${prefix}` : `(${after.id}`
    const bounds = [least, `(${prefix}${afterAnyId}`]
    const reply = await this.#connection.command('ZRANGE', this.#index.byName, ...bounds, 'BYLEX', 'LIMIT', 0, count)
    const places = listIn(reply).map((id) => ({ order: 'name', id: textIn(id) }) as const)
    return { places, most: count, matches: () => true }
  }

  async #places(
    order: TimeOrder,
    key: string,
    after: CatalogPosition | undefined,
    count: number,
  ): Promise<TimePosition[]> {
    const place = after === undefined || after.order === 'name' ? [] : [-after.at, after.id]
    const reply = listIn(await this.#connection.run(pageScript, [key], [count, ...place]))
    const places: TimePosition[] = []
    for (let at = 0; at + 1 < reply.length; at += 2) {
      places.push({ order, id: textIn(reply[at]), at: -numberIn(reply[at + 1]) })
    }
    return places
  }

  async #countOf(prefix: string): Promise<number> {
    const bounds = [`[${prefix}`, `(${prefix}${afterAnyId}`]
    return numberIn(await this.#connection.command('ZLEXCOUNT', this.#index.byName, ...bounds))
  }

  async #sorted(
    order: TimeOrder,
    limit: number,
    prefix: string,
    after: CatalogPosition | undefined,
  ): Promise<ListedPage> {
    const { places } = await this.#names(prefix, undefined, maxSorted)
    const records = [...(await this.#records(places)).values()].map((record) => ({
      record,
      place: { order, id: record.id, at: record[order] },
    }))
    const found = records
      .filter(({ place }) => after === undefined || after.order === 'name' || compare(place, after) > 0)
      .sort((a, b) => compare(a.place, b.place))
    const page = found.slice(0, limit)
    const next = found.length > limit ? page.at(-1)?.place : undefined
    return { documents: page.map(({ record }) => record), next }
  }

  async #records(places: readonly { readonly id: string }[]): Promise<Map<string, DocumentRecord>> {
    const found = await Promise.all(places.map(({ id }) => readRecord(this.#connection, this.#prefix, id)))
    return new Map(found.filter((record) => record !== undefined).map((record) => [record.id, record]))
  }
}

type TimePosition = Exclude<CatalogPosition, { order: 'name' }>

/** Part of an index, in order; shorter than `most` only at the index's end. */
interface Stretch {
  readonly places: readonly CatalogPosition[]
  readonly most: number
  readonly matches: (id: string) => boolean
}

/** Newest first, then by id, whose characters are all ASCII. */
function compare(a: Omit<TimePosition, 'order'>, b: Omit<TimePosition, 'order'>): number {
  if (a.at !== b.at) return b.at - a.at
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}
