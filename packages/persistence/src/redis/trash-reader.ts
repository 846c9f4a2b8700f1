import type { TrashedDocument, TrashListing, TrashPage } from '../document-catalog.ts'
import { compareTrash, type TrashPlace, trashPageOf, trashPlaceOf } from '../trash-page.ts'
import type { DocumentAccess } from './document-access.ts'
import type { ListingIndex } from './listing-index.ts'
import { type Bucket, bucketsOf } from './listing-places.ts'
import { listIn, numberIn, textIn } from './reply.ts'

/** Reads the trash: each bucket gives its part of a page, and the parts are merged. */
export class TrashReader {
  readonly #access: DocumentAccess
  readonly #index: ListingIndex

  constructor(access: DocumentAccess, index: ListingIndex) {
    this.#access = access
    this.#index = index
  }

  /** A page looks at so many as it may show: what a prefix leaves out makes it short. @throws InvalidCursorError, StoreUnavailableError */
  async list({ limit, prefix = '', cursor }: TrashListing): Promise<TrashPage> {
    const after = trashPlaceOf(cursor)
    const buckets = bucketsOf(this.#access.prefix)
    const found = (await Promise.all(buckets.map((bucket) => this.#after(bucket, after, limit)))).flat()
    found.sort(compareTrash)
    const places = found.slice(0, limit)
    const wanted = places.filter(({ id }) => id.startsWith(prefix))
    const documents = await Promise.all(wanted.map((place) => this.#document(place)))
    return trashPageOf(
      documents.filter((document) => document !== undefined),
      found.length > limit ? places.at(-1) : undefined,
    )
  }

  /** One more than asked for, where there are so many. Documents may share a time, so those up to the cursor's are passed over. */
  async #after({ trash }: Bucket, after: TrashPlace, limit: number): Promise<TrashPlace[]> {
    const places: TrashPlace[] = []
    for (let start = 0; places.length <= limit; start += limit + 1) {
      const args = [after.at, '+inf', 'WITHSCORES', 'LIMIT', start, limit + 1]
      const reply = listIn(await this.#access.call('', trash, 'ZRANGEBYSCORE', args))
      for (const pair of reply) {
        const [id, at] = listIn(pair)
        const place = { id: textIn(id), at: numberIn(at) }
        if (compareTrash(place, after) > 0) places.push(place)
      }
      if (reply.length <= limit) break
    }
    return places
  }

  /** Undefined where it was restored or erased by a node that could not say so here, or was put there anew. */
  async #document({ id, at }: TrashPlace): Promise<TrashedDocument | undefined> {
    const { record, trashed } = await this.#index.found(id)
    return record !== undefined && trashed === at ? { ...record, trashed: at } : undefined
  }
}
