import type { DocumentRecord } from '../document-catalog.ts'
import { StoreError } from '../errors.ts'
import type { DocumentFacts } from '../feed-entry.ts'
import { scopesOf } from '../listing-scopes.ts'
import { wordsOf } from '../title-words.ts'
import { type ChangeFeed, documentOfMark } from './change-feed.ts'
import type { DocumentAccess, FoundHead } from './document-access.ts'
import { type Bucket, bucketNumberOf, bucketsOf, placeOfTime } from './listing-places.ts'
import type { Argument } from './redis-connection.ts'
import { listIn, maybeTextIn, numberIn } from './reply.ts'
import { changeListingScript } from './scripts/listing.ts'

/** How long the listing may be behind the appends of a node, in milliseconds. */
const lag = 1_000
/** Documents that one command lists anew. */
const documentsPerWrite = 100

/**
 * Keeps the listing, which is in other hash slots than the documents: it is written after them, from what they say by then,
 * and may be behind. What is lost of it, `rebuildIndex` brings back. With it goes the feed of changes, of which nothing is lost
 * where a node dies: a mark in Redis says what it has not come to.
 */
export class ListingIndex {
  readonly #access: DocumentAccess
  readonly #feed: ChangeFeed
  readonly #buckets: readonly Bucket[]
  /** Of documents that are about to be changed or were; undefined while it is not in Redis yet. */
  readonly #marks = new Map<string, string | undefined>()
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(access: DocumentAccess, feed: ChangeFeed) {
    this.#access = access
    this.#feed = feed
    this.#buckets = bucketsOf(access.prefix)
  }

  /**
   * A document is about to be changed, or was: called before and after. It is listed anew a little later, once for all of its
   * changes until then.
   */
  changed(document: string): void {
    this.#mark(document)
    this.#changed.add(document)
    if (this.#closed) return
    this.#timer ??= setTimeout(() => void this.flush(), lag).unref()
  }

  /** Lists documents anew. Where that fails it is tried again later. */
  async write(documents: readonly string[]): Promise<void> {
    for (const document of documents) this.#changed.add(document)
    await this.flush()
  }

  /** Lists and feeds what nodes left behind that marked it. @throws StoreUnavailableError */
  async settle(marks: readonly string[]): Promise<void> {
    await this.#writeGroup(marks.map(documentOfMark), 'add', marks)
  }

  /** Lists what has changed so far. Never throws: the listing may be behind. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#changed.size > 0) {
      const changed = [...this.#changed]
      this.#changed = new Set()
      this.#writing = Promise.all([this.#writing, this.#writeAll(changed)]).then(() => {})
    }
    await this.#writing
  }

  /** Lists documents anew whatever is listed of them, as a rebuild needs it. @throws StoreUnavailableError */
  async restore(documents: readonly string[]): Promise<void> {
    for (let start = 0; start < documents.length; start += documentsPerWrite) {
      await this.#writeGroup(documents.slice(start, start + documentsPerWrite), 'restore')
    }
  }

  /** A document was restored. What stays of it in the trash for a failure's sake is passed over there. */
  async leaveTrash(document: string): Promise<void> {
    const key = this.#buckets[bucketNumberOf(document)]?.trash ?? ''
    await this.#access.call('', key, 'ZREM', [document])
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    this.#closed = true
    await this.flush()
    clearTimeout(this.#timer)
  }

  /** What is known of a document; undefined where it does not exist or was deleted. @throws StoreUnavailableError */
  async record(document: string): Promise<DocumentRecord | undefined> {
    const { record, trashed } = await this.found(document)
    return trashed === undefined ? record : undefined
  }

  /** The same of one that may be in the trash, with since when, and what tells that it has changed. @throws StoreUnavailableError */
  async found(document: string): Promise<FoundDocument> {
    const { meta } = this.#access.keys(document)
    const [head, fields] = await Promise.all([
      this.#access.findHead(document),
      this.#access.call(document, meta, 'HMGET', ['title', 'created', 'creator']),
    ])
    const [title = '', created, createdBy = ''] = listIn(fields).map(maybeTextIn)
    const facts = head && factsOf(head, title)
    if (head === undefined || head.deleted) return { record: undefined, trashed: undefined, facts }
    const { updated, bytes, trashed } = head
    const born = created === undefined ? updated : numberIn(created)
    return { record: { id: document, title, created: born, createdBy, updated, bytes }, trashed, facts }
  }

  async #writeAll(documents: readonly string[]): Promise<void> {
    for (let start = 0; start < documents.length; start += documentsPerWrite) {
      const group = documents.slice(start, start + documentsPerWrite)
      try {
        await this.#writeGroup(group, 'add')
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        for (const document of group) this.changed(document)
      }
    }
  }

  /** @param left marks that go away too when the documents have their places in the feed, each at the place of its document */
  async #writeGroup(documents: readonly string[], action: 'add' | 'restore', left?: readonly string[]): Promise<void> {
    const marks = left ?? documents.map((document) => this.#takeMark(document))
    try {
      const seen = await this.#feed.seen(documents)
      const looked = await Promise.all(documents.map((document) => this.found(document)))
      await this.#list(documents, looked, action)
      const fed = documents.map((id, index) => ({
        id,
        seen: seen.get(id) ?? { text: '', placed: undefined },
        facts: looked[index]?.facts,
        mark: marks[index],
      }))
      for (const document of await this.#feed.feed(fed)) this.changed(document)
    } catch (error) {
      if (left === undefined)
        for (const [index, document] of documents.entries()) this.#keepMark(document, marks[index])
      throw error
    }
  }

  async #list(
    documents: readonly string[],
    looked: readonly FoundDocument[],
    action: 'add' | 'restore',
  ): Promise<void> {
    const changes = new Map<number, Argument[]>()
    for (const [index, document] of documents.entries()) {
      const number = bucketNumberOf(document)
      const change = changes.get(number) ?? []
      changes.set(number, change)
      change.push(...changeOf(document, looked[index], action))
    }
    await Promise.all(
      [...changes].map(async ([number, change]) => {
        const bucket = this.#buckets[number]
        if (bucket === undefined) return
        await this.#access.run('', changeListingScript, [bucket.entries], [bucket.base, ...change])
      }),
    )
  }

  /** Nobody waits for it: it is on its way before the change is, and matters only if this node dies. */
  #mark(document: string): void {
    if (this.#marks.has(document)) return
    this.#marks.set(document, undefined)
    this.#feed.mark(document).then(
      (mark) => {
        if (this.#marks.has(document)) this.#marks.set(document, mark)
      },
      () => this.#marks.delete(document),
    )
  }

  #takeMark(document: string): string | undefined {
    const mark = this.#marks.get(document)
    this.#marks.delete(document)
    return mark
  }

  #keepMark(document: string, mark: string | undefined): void {
    if (mark !== undefined && !this.#marks.has(document)) this.#marks.set(document, mark)
  }
}

/** What is known of a document: nothing to be listed of one that is gone. */
interface FoundDocument {
  readonly record: DocumentRecord | undefined
  /** Since when it is in the trash. */
  readonly trashed: number | undefined
  /** What tells that it has changed; undefined of one that never was. */
  readonly facts: DocumentFacts | undefined
}

function factsOf(head: FoundHead, title: string): DocumentFacts {
  if (head.deleted) return { epoch: head.epoch, state: 'erased', title: '', tip: '' }
  const { place, trashed } = head
  return { epoch: place.epoch, state: trashed === undefined ? 'live' : 'trashed', title, tip: place.tip }
}

function changeOf(document: string, found: FoundDocument | undefined, action: 'add' | 'restore'): Argument[] {
  const scopes = scopesOf(document)
  const { record, trashed } = found ?? {}
  if (record === undefined) return [document, scopes.length, 'remove', '', '', '', ...scopes]
  if (trashed !== undefined) return [document, scopes.length, 'trash', trashed, '', '', ...scopes]
  const places = [placeOfTime(record.updated), placeOfTime(record.created)]
  return [document, scopes.length, action, ...places, wordsOf(record.title).join(' '), ...scopes]
}
