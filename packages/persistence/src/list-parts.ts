import { type CatalogPosition, comparePositions, decodeCursor, encodeCursor, positionOf } from './catalog-cursor.ts'
import type { DocumentCatalog, DocumentListing, DocumentRecord, DocumentRecordPage } from './document-catalog.ts'
import { hasWords, wordsOf } from './title-words.ts'

/** A part of the catalog that a listing is about. */
export type ListingPart =
  /** One document. */
  | { readonly document: string }
  /** Those whose ids begin so and, where it is said, are included. */
  | { readonly prefix: string; readonly includes?: (id: string) => boolean }

/** Pages of a part that are read for one page of the listing, where few of what they hold is included. */
const pagesPerPart = 5

/** How far one part was read. */
interface Read {
  readonly documents: readonly DocumentRecord[]
  /** Everything up to here was seen; undefined where that is all. */
  readonly upTo: CatalogPosition | undefined
}

/**
 * One listing of several parts of a catalog, in the order and with the cursors of any other listing: a cursor says a place in
 * the order, whatever the prefix. Each part is read from that place on, so a page costs what so many pages cost.
 *
 * A page may be short, or empty, and have a `next` all the same.
 *
 * @throws InvalidCursorError, StoreUnavailableError
 */
export async function listParts(
  catalog: Pick<DocumentCatalog, 'get' | 'list'>,
  listing: Omit<DocumentListing, 'prefix'>,
  parts: readonly ListingPart[],
): Promise<DocumentRecordPage> {
  const { order, limit, cursor } = listing
  const after = cursor === undefined ? undefined : decodeCursor(order, cursor)
  const reads = await Promise.all(
    parts.map((part) =>
      'document' in part ? readOne(catalog, listing, after, part.document) : readPrefix(catalog, listing, part),
    ),
  )
  const [seen] = reads.flatMap(({ upTo }) => upTo ?? []).sort(comparePositions)
  const place = (document: DocumentRecord): CatalogPosition => positionOf(order, document)
  // Past what was seen of every part, another part may have documents that come before.
  const found = [...new Map(reads.flatMap(({ documents }) => documents).map((record) => [record.id, record])).values()]
    .filter((document) => seen === undefined || comparePositions(place(document), seen) <= 0)
    .sort((a, b) => comparePositions(place(a), place(b)))
  const documents = found.slice(0, limit)
  const last = documents.at(-1)
  if (found.length > limit && last !== undefined) return { documents, next: encodeCursor(place(last)) }
  return { documents, next: seen === undefined ? undefined : encodeCursor(seen) }
}

async function readOne(
  catalog: Pick<DocumentCatalog, 'get'>,
  { order, q = '' }: Pick<DocumentListing, 'order' | 'q'>,
  after: CatalogPosition | undefined,
  document: string,
): Promise<Read> {
  const record = await catalog.get(document)
  if (record === undefined || !hasWords(record.title, wordsOf(q))) return { documents: [], upTo: undefined }
  const wanted = after === undefined || comparePositions(positionOf(order, record), after) > 0
  return { documents: wanted ? [record] : [], upTo: undefined }
}

async function readPrefix(
  catalog: Pick<DocumentCatalog, 'list'>,
  { cursor, ...listing }: Omit<DocumentListing, 'prefix'>,
  { prefix, includes = () => true }: Extract<ListingPart, { prefix: string }>,
): Promise<Read> {
  const documents: DocumentRecord[] = []
  let next = cursor
  for (let page = 0; page < pagesPerPart && documents.length < listing.limit; page++) {
    const read = await catalog.list({ ...listing, prefix, ...(next === undefined ? {} : { cursor: next }) })
    documents.push(...read.documents.filter(({ id }) => includes(id)))
    next = read.next
    if (next === undefined) return { documents, upTo: undefined }
  }
  return { documents, upTo: next === undefined ? undefined : decodeCursor(listing.order, next) }
}
