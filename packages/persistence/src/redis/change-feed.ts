import {
  decodeFeedEntry,
  type DocumentFacts,
  encodeFeedEntry,
  entryAfter,
  type FeedEntry,
  happenedSince,
} from '../feed-entry.ts'
import { randomId } from '../random-id.ts'
import type { DocumentAccess } from './document-access.ts'
import { type Bucket, bucketNumberOf, bucketsOf } from './listing-places.ts'
import { listIn, numberIn, textIn } from './reply.ts'
import { markScript, readFeedScript } from './scripts/changes.ts'

/** A mark that is older was left by a node that did not come to listing and feeding its change, in milliseconds. */
export const oldMark = 5_000

/** An entry and its place. */
interface PlacedEntry {
  readonly place: number
  readonly entry: FeedEntry
}

/** A part of a bucket's feed. */
export interface BucketPart {
  readonly last: number
  /** Marks that were left behind. */
  readonly marks: readonly string[]
  readonly found: readonly (PlacedEntry & { readonly document: string })[]
}

/** The feed of changes as it lies in the buckets of the listing, each with places of its own. */
export class ChangeFeed {
  readonly #access: DocumentAccess
  readonly #buckets: readonly Bucket[]

  constructor(access: DocumentAccess) {
    this.#access = access
    this.#buckets = bucketsOf(access.prefix)
  }

  /** Says that a document is about to change. @returns the mark, once it stands there @throws StoreUnavailableError */
  async mark(document: string): Promise<string> {
    const mark = `${randomId()} ${document}`
    const base = this.#buckets[bucketNumberOf(document)]?.base ?? ''
    await this.#access.run('', markScript, [`${base}marks`], [mark])
    return mark
  }

  /** Reads on in every bucket. @param limit how many at most from each @throws StoreUnavailableError */
  read(places: readonly number[], limit: number): Promise<BucketPart[]> {
    return Promise.all(
      this.#buckets.map(async ({ base }, number) => {
        const args = [base, places[number] ?? 0, limit, oldMark]
        const [last, marks, entries] = listIn(await this.#access.run('', readFeedScript, [`${base}feed`], args))
        const texts = listIn(entries).map(textIn)
        const found = texts.flatMap((text, index) => {
          const placed = index % 2 === 0 ? undefined : placedIn(text)
          return placed === undefined ? [] : [{ document: texts[index - 1] ?? '', ...placed }]
        })
        return { last: numberIn(last), marks: listIn(marks).map(textIn), found }
      }),
    )
  }
}

/** The document that a mark is for. */
export function documentOfMark(mark: string): string {
  return mark.slice(mark.indexOf(' ') + 1)
}

/**
 * The text of a document's next entry; empty where nothing has happened. What happened now is at place 0 in it, since only the
 * script that writes it knows the place.
 *
 * @param stored its entry as it stands in the bucket; empty where there is none
 * @param facts undefined of one that never was
 */
export function nextEntryText(stored: string, facts: DocumentFacts | undefined): string {
  if (facts === undefined) return ''
  const entry = placedIn(stored)?.entry
  const happened = happenedSince(entry, facts)
  return happened.length === 0 ? '' : encodeFeedEntry(entryAfter(entry, facts, happened, 0))
}

function placedIn(stored: string): PlacedEntry | undefined {
  const [, digits, text = ''] = /^(\d+) (.*)$/s.exec(stored) ?? []
  const entry = decodeFeedEntry(text)
  if (digits === undefined || entry === undefined) return undefined
  const place = Number(digits)
  const places = Object.fromEntries(Object.entries(entry.places).map(([aspect, at]) => [aspect, at === 0 ? place : at]))
  return { place, entry: { ...entry, places } }
}
