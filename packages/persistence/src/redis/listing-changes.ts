import type { DocumentRecord } from '../document-catalog.ts'
import type { DocumentFacts } from '../feed-entry.ts'
import { fieldsOf } from '../listed-record.ts'
import { scopesOf } from '../listing-scopes.ts'
import { wordsOf } from '../title-words.ts'
import { nextEntryText } from './change-feed.ts'
import type { DocumentAccess } from './document-access.ts'
import { bucketNumberOf, bucketsOf, placeOfTime } from './listing-places.ts'
import type { Argument } from './redis-connection.ts'
import { listIn, textIn } from './reply.ts'
import { changeListingScript, seeListedScript } from './scripts/listing.ts'

/** What is known of a document: nothing to be listed of one that is gone. */
export interface FoundDocument {
  readonly record: DocumentRecord | undefined
  /** Since when it is in the trash. */
  readonly trashed: number | undefined
  /** What tells that it has changed; undefined of one that never was. */
  readonly facts: DocumentFacts | undefined
}

/** What stood of a document in its bucket before it was looked at. */
interface SeenDocument {
  readonly feed: string
  readonly standing: string
}

/** A document that is to be listed as it was found. */
export interface ListedChange {
  readonly id: string
  readonly seen: SeenDocument
  readonly found: FoundDocument
  /** Taken away once it is listed. */
  readonly mark: string | undefined
}

/** Whether what stands in the sets can be trusted. */
export type ListingAction = 'list' | 'restore'

/** What stands of documents, to be read before they are looked at. @throws StoreUnavailableError */
export async function seeListed(
  access: DocumentAccess,
  documents: readonly string[],
): Promise<ReadonlyMap<string, SeenDocument>> {
  const seen = new Map<string, SeenDocument>()
  await inBuckets(
    access,
    documents,
    (id) => id,
    async (base, ids) => {
      const reply = listIn(await access.run('', seeListedScript, [`${base}feed`], [base, ...ids]))
      for (const [index, id] of ids.entries()) {
        seen.set(id, { feed: textIn(reply[index * 2]), standing: textIn(reply[index * 2 + 1]) })
      }
    },
  )
  return seen
}

/**
 * Lists documents and feeds what happened to them, each where nobody else has done so since it was seen.
 *
 * @returns those that somebody has: to be looked at anew
 * @throws StoreUnavailableError
 */
export async function changeListed(
  access: DocumentAccess,
  changes: readonly ListedChange[],
  action: ListingAction,
): Promise<ReadonlySet<string>> {
  const moved = new Set<string>()
  await inBuckets(
    access,
    changes,
    ({ id }) => id,
    async (base, group) => {
      const args = group.flatMap((change) => argumentsOf(change, action))
      const reply = await access.run('', changeListingScript, [`${base}feed`], [base, ...args])
      for (const id of listIn(reply)) moved.add(textIn(id))
    },
  )
  return moved
}

async function inBuckets<Item>(
  { prefix }: DocumentAccess,
  items: readonly Item[],
  idOf: (item: Item) => string,
  run: (base: string, group: readonly Item[]) => Promise<void>,
): Promise<void> {
  const buckets = bucketsOf(prefix)
  const groups = Map.groupBy(items, (item) => bucketNumberOf(idOf(item)))
  await Promise.all([...groups].map(([number, group]) => run(buckets[number]?.base ?? '', group)))
}

function argumentsOf({ id, seen, found, mark = '' }: ListedChange, action: ListingAction): Argument[] {
  const scopes = scopesOf(id)
  const before = [id, seen.feed, seen.standing, nextEntryText(seen.feed, found.facts), mark]
  return [...before, ...placesOf(found, action), scopes.length, ...scopes]
}

/** What is done, the places, the words and the record. */
function placesOf({ record, trashed }: FoundDocument, action: ListingAction): Argument[] {
  if (record === undefined) return ['remove', '', '', '', '']
  if (trashed !== undefined) return ['trash', trashed, '', '', '']
  const { updated, created, title } = record
  return [
    action,
    placeOfTime(updated),
    placeOfTime(created),
    wordsOf(title).join(' '),
    JSON.stringify(fieldsOf(record)),
  ]
}
