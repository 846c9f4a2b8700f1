import { type CatalogPosition, comparePositions, decodeCursor, encodeCursor } from '../catalog-cursor.ts'
import type { DocumentListing, DocumentOrder, DocumentRecord, DocumentRecordPage } from '../document-catalog.ts'
import { scopeOfPrefix } from '../listing-scopes.ts'
import { hasWords, maxTitlesScanned, wordsOf } from '../title-words.ts'
import type { DocumentAccess } from './document-access.ts'
import type { ListingIndex } from './listing-index.ts'
import { bucketNumberOf, bucketsOf, listedIn, placeOfTime, setOf } from './listing-places.ts'
import { ListingBuckets } from './listing-buckets.ts'
import { TitleIndex } from './title-index.ts'
import { listIn, maybeTextIn, numberIn } from './reply.ts'

/** Up to so many documents of a prefix that is no scope are read and sorted. */
const maxSorted = 2_000
/** How many members of a set one page looks at for documents of a larger prefix; past it, it is short (E3). */
const maxScanned = 20_000
const scannedPerRead = 1_000
/** Documents that a page has listed which other nodes left behind: the next page goes on. */
const maxSettled = 100

/** Every character of an id sorts before this one. */
const afterAnyId = '\u{7f}'

type TimeOrder = Exclude<DocumentOrder, 'name'>

/** A run of places in an order, and whether more follow it. */
interface Run {
  readonly places: readonly CatalogPosition[]
  readonly more: boolean
}

/**
 * Reads the listing: where the documents of a page stand in the order, then what the listing says of them. What it says may be as
 * far behind as the order is. Where it says nothing, the document itself is asked, and listed anew.
 */
export class ListingReader {
  readonly #access: DocumentAccess
  readonly #index: ListingIndex
  readonly #buckets: ListingBuckets
  readonly #titles: TitleIndex
  #settling = false

  constructor(access: DocumentAccess, index: ListingIndex) {
    this.#access = access
    this.#index = index
    this.#buckets = new ListingBuckets(access)
    this.#titles = new TitleIndex(access)
  }

  /** @throws InvalidCursorError, StoreUnavailableError */
  async list({ order, limit, prefix = '', q = '', cursor }: DocumentListing): Promise<DocumentRecordPage> {
    const words = wordsOf(q)
    let after = cursor === undefined ? undefined : decodeCursor(order, cursor)
    const documents: DocumentRecord[] = []
    for (;;) {
      const { places, more } = await this.#find(order, prefix, words, after, limit - documents.length)
      after = places.at(-1) ?? after
      documents.push(...(await this.#records(places, prefix, words)))
      // What is listed and not there any more leaves a page short, and the next places fill it.
      if (!more) return { documents, next: undefined }
      if (documents.length === limit || places.length === 0 || words.length > 0 || isScanned(order, prefix)) {
        return { documents, next: after === undefined ? undefined : encodeCursor(after) }
      }
    }
  }

  #find(
    order: DocumentOrder,
    prefix: string,
    words: readonly string[],
    after: CatalogPosition | undefined,
    limit: number,
  ): Promise<Run> {
    if (words.length > 0) return this.#titled(order, prefix, words, after, limit)
    if (order === 'name') return this.#byName(prefix, after, limit)
    const scope = scopeOfPrefix(prefix)
    return scope === prefix ? this.#inScope(order, scope, after, limit) : this.#inPrefix(order, prefix, after, limit)
  }

  async #byName(prefix: string, after: CatalogPosition | undefined, limit: number): Promise<Run> {
    const from = after === undefined || after.id < prefix ? `[${prefix}` : `(${after.id}`
    const ids = await this.#buckets.members({ order: 'name', scope: '', from, to: `(${prefix}${afterAnyId}` }, limit)
    return { places: ids.slice(0, limit).map((id) => ({ order: 'name', id })), more: ids.length > limit }
  }

  async #inScope(order: TimeOrder, scope: string, after: CatalogPosition | undefined, limit: number): Promise<Run> {
    const members = await this.#buckets.members({ order, scope, from: boundAfter(after), to: '+' }, limit)
    const places = members.slice(0, limit).map((member) => ({ order, ...listedIn(member) }))
    return { places, more: members.length > limit }
  }

  async #inPrefix(order: TimeOrder, prefix: string, after: CatalogPosition | undefined, limit: number): Promise<Run> {
    const range = [`[${prefix}`, `(${prefix}${afterAnyId}`]
    const counts = await this.#ofAll((bucket) => ({
      key: setOf(bucket, 'name', ''),
      command: 'ZLEXCOUNT',
      args: range,
    }))
    const count = counts.reduce<number>((sum, found) => sum + numberIn(found), 0)
    return count <= maxSorted ? this.#sort(order, prefix, after, limit) : this.#scan(order, prefix, after, limit)
  }

  async #sort(order: TimeOrder, prefix: string, after: CatalogPosition | undefined, limit: number): Promise<Run> {
    const range = { order: 'name', scope: '', from: `[${prefix}`, to: `(${prefix}${afterAnyId}` } as const
    const ids = await this.#buckets.members(range, maxSorted)
    const members = await this.#membersOf(order, ids)
    const from = boundAfter(after).slice(1)
    const found = members.filter((member) => after === undefined || member > from).sort()
    const places = found.slice(0, limit).map((member) => ({ order, ...listedIn(member) }))
    return { places, more: found.length > limit }
  }

  /** Looks for a prefix among the members of its scope, up to a bound. */
  async #scan(order: TimeOrder, prefix: string, after: CatalogPosition | undefined, limit: number): Promise<Run> {
    const places: CatalogPosition[] = []
    let from = after
    for (let scanned = 0; scanned < maxScanned; scanned += scannedPerRead) {
      const run = await this.#inScope(order, scopeOfPrefix(prefix), from, scannedPerRead)
      for (const place of run.places) {
        from = place
        if (!place.id.startsWith(prefix)) continue
        places.push(place)
        if (places.length === limit) return { places, more: true }
      }
      if (!run.more) return { places, more: false }
    }
    // The last place that was looked at is where the next page begins, whether it is of the prefix or not.
    return { places: from === undefined ? places : [...places, from], more: true }
  }

  /** Those whose titles have a word are sorted where they are few, else looked for in the order up to a bound. */
  async #titled(
    order: DocumentOrder,
    prefix: string,
    words: readonly string[],
    after: CatalogPosition | undefined,
    limit: number,
  ): Promise<Run> {
    const ids = await this.#titles.withRarest(words)
    if (ids === undefined) return this.#scanTitles(order, prefix, words, after, limit)
    const wanted = await this.#titles.having(
      words,
      ids.filter((id) => id.startsWith(prefix)),
    )
    const places = (await this.#placesOf(order, wanted))
      .filter((place) => after === undefined || comparePositions(place, after) > 0)
      .sort(comparePositions)
    return { places: places.slice(0, limit), more: places.length > limit }
  }

  async #placesOf(order: DocumentOrder, ids: readonly string[]): Promise<CatalogPosition[]> {
    if (order === 'name') return ids.map((id) => ({ order, id }))
    return (await this.#membersOf(order, ids)).map((member) => ({ order, ...listedIn(member) }))
  }

  async #scanTitles(
    order: DocumentOrder,
    prefix: string,
    words: readonly string[],
    after: CatalogPosition | undefined,
    limit: number,
  ): Promise<Run> {
    const places: CatalogPosition[] = []
    let from = after
    for (let scanned = 0; scanned < maxTitlesScanned; scanned += scannedPerRead) {
      const scope = scopeOfPrefix(prefix)
      const run =
        order === 'name'
          ? await this.#byName(prefix, from, scannedPerRead)
          : await this.#inScope(order, scope, from, scannedPerRead)
      const having = new Set(
        await this.#titles.having(
          words,
          run.places.map(({ id }) => id),
        ),
      )
      for (const place of run.places) {
        from = place
        if (!having.has(place.id) || !place.id.startsWith(prefix)) continue
        places.push(place)
        if (places.length === limit) return { places, more: true }
      }
      if (!run.more) return { places, more: false }
    }
    return { places: from === undefined ? places : [...places, from], more: true }
  }

  /** Where documents stand in an order by time, as its sets have them. */
  async #membersOf(order: TimeOrder, ids: readonly string[]): Promise<string[]> {
    const perBucket = Map.groupBy(ids, bucketNumberOf)
    const buckets = bucketsOf(this.#access.prefix)
    const members = await Promise.all(
      [...perBucket].map(async ([number, listed]) => {
        const key = buckets[number]?.entries ?? ''
        const places = listIn(await this.#access.call('', key, 'HMGET', listed)).map(maybeTextIn)
        return listed.flatMap((id, index) => {
          const [updated, created] = places[index]?.split(' ') ?? []
          const place = order === 'updated' ? updated : created
          return place === undefined ? [] : [place + id]
        })
      }),
    )
    return members.flat()
  }

  async #records(
    places: readonly CatalogPosition[],
    prefix: string,
    words: readonly string[],
  ): Promise<DocumentRecord[]> {
    const ids = places.flatMap(({ id }) => (id.startsWith(prefix) ? [id] : []))
    const { records, marks } = await this.#buckets.records(ids)
    this.#settle(marks)
    const found = await Promise.all(ids.map(async (id, index) => records[index] ?? (await this.#unlisted(id))))
    return found.filter((record) => record !== undefined).filter(({ title }) => hasWords(title, words))
  }

  /** Of a document that an older version listed, or that is listed and not there. */
  #unlisted(id: string): Promise<DocumentRecord | undefined> {
    this.#index.changed(id)
    return this.#index.record(id)
  }

  /** Lists what other nodes left behind, for the pages after this one. */
  #settle(marks: readonly string[]): void {
    if (marks.length === 0 || this.#settling) return
    this.#settling = true
    this.#index
      .settle(marks.slice(0, maxSettled))
      .catch(() => {})
      .finally(() => (this.#settling = false))
  }

  #ofAll(
    ask: (bucket: ReturnType<typeof bucketsOf>[number]) => {
      readonly key: string
      readonly command: string
      readonly args: readonly (string | number)[]
    },
  ): Promise<unknown[]> {
    return Promise.all(
      bucketsOf(this.#access.prefix).map((bucket) => {
        const { key, command, args } = ask(bucket)
        return this.#access.call('', key, command, args)
      }),
    )
  }
}

function boundAfter(after: CatalogPosition | undefined): string {
  return after === undefined || after.order === 'name' ? '-' : `(${placeOfTime(after.at)}${after.id}`
}

function isScanned(order: DocumentOrder, prefix: string): boolean {
  return order !== 'name' && scopeOfPrefix(prefix) !== prefix
}
