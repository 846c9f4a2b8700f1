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
import type { Argument } from './redis-connection.ts'
import { listIn, maybeTextIn, numberIn, textIn } from './reply.ts'
import { feedScript, markScript, readFeedScript } from './scripts/changes.ts'

/** A mark that is older was left by a node that did not come to feeding its change, in milliseconds. */
const oldMark = 5_000

/** An entry as it stands in a bucket, and what it says. */
export interface SeenEntry {
  readonly text: string
  readonly placed: PlacedEntry | undefined
}

/** An entry and its place. */
export interface PlacedEntry {
  readonly place: number
  readonly entry: FeedEntry
}

/** A document on its way into the feed. */
export interface FedDocument {
  readonly id: string
  readonly seen: SeenEntry
  /** Undefined of one that never was. Read after what was seen. */
  readonly facts: DocumentFacts | undefined
  /** What is taken away when it is there. */
  readonly mark: string | undefined
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
    const { base } = this.#bucketOf(document)
    await this.#access.run('', markScript, [`${base}marks`], [mark])
    return mark
  }

  /** The entries of documents as they are now. @throws StoreUnavailableError */
  async seen(documents: readonly string[]): Promise<Map<string, SeenEntry>> {
    const seen = new Map<string, SeenEntry>()
    await Promise.all(
      [...Map.groupBy(documents, bucketNumberOf).values()].map(async (ids) => {
        const { feed } = this.#bucketOf(ids[0] ?? '')
        const texts = listIn(await this.#access.call('', feed, 'HMGET', ids)).map(maybeTextIn)
        for (const [index, id] of ids.entries()) {
          const text = texts[index] ?? ''
          seen.set(id, { text, placed: placedIn(text) })
        }
      }),
    )
    return seen
  }

  /** @returns those that somebody else has fed meanwhile: to be looked at anew @throws StoreUnavailableError */
  async feed(documents: readonly FedDocument[]): Promise<string[]> {
    const moved = await Promise.all(
      [...Map.groupBy(documents, ({ id }) => bucketNumberOf(id)).values()].map(async (group) => {
        const { base, feed } = this.#bucketOf(group[0]?.id ?? '')
        const args = group.flatMap(argumentsOf)
        return args.length === 0 ? [] : listIn(await this.#access.run('', feedScript, [feed], [base, ...args]))
      }),
    )
    return moved.flat().map(textIn)
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

  #bucketOf(document: string): { readonly base: string; readonly feed: string } {
    const base = this.#buckets[bucketNumberOf(document)]?.base ?? ''
    return { base, feed: `${base}feed` }
  }
}

/** The document that a mark is for. */
export function documentOfMark(mark: string): string {
  return mark.slice(mark.indexOf(' ') + 1)
}

/** What happened now is at place 0 in the text, since only the script that writes it knows the place. */
function argumentsOf({ id, seen, facts, mark = '' }: FedDocument): Argument[] {
  const entry = seen.placed?.entry
  const happened = facts === undefined ? [] : happenedSince(entry, facts)
  const text =
    facts === undefined || happened.length === 0 ? '' : encodeFeedEntry(entryAfter(entry, facts, happened, 0))
  return text === '' && mark === '' ? [] : [id, seen.text, text, mark]
}

function placedIn(stored: string): PlacedEntry | undefined {
  const [, digits, text = ''] = /^(\d+) (.*)$/s.exec(stored) ?? []
  const entry = decodeFeedEntry(text)
  if (digits === undefined || entry === undefined) return undefined
  const place = Number(digits)
  const places = Object.fromEntries(Object.entries(entry.places).map(([aspect, at]) => [aspect, at === 0 ? place : at]))
  return { place, entry: { ...entry, places } }
}
