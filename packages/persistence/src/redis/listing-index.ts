import type { DocumentRecord } from '../document-catalog.ts'
import { StoreError } from '../errors.ts'
import type { DocumentFacts } from '../feed-entry.ts'
import { type ChangeFeed, documentOfMark } from './change-feed.ts'
import type { DocumentAccess, FoundHead } from './document-access.ts'
import { changeListed, type FoundDocument, type ListingAction, seeListed } from './listing-changes.ts'
import { listIn, maybeTextIn, numberIn } from './reply.ts'

/** How long the listing may be behind the appends of a node, in milliseconds. */
const lag = 1_000
/** Documents that one command lists anew. */
const documentsPerWrite = 100
/** How often a document is looked at anew at once which other nodes list too. Past it, it is left for later. */
const triesPerWrite = 5

/** What says in Redis that a document is about to be changed; undefined where that could not be said. */
type Mark = Promise<string | undefined>

/**
 * Keeps the listing, which is in other hash slots than the documents: it is written after them, from what they say by then,
 * and may be behind. What is lost of it, `rebuildIndex` brings back. With it goes the feed of changes, of which nothing is lost
 * where a node dies: a mark in Redis says what it has not come to.
 */
export class ListingIndex {
  readonly #access: DocumentAccess
  readonly #feed: ChangeFeed
  /** Of documents that are about to be changed or were. */
  readonly #marks = new Map<string, Mark>()
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(access: DocumentAccess, feed: ChangeFeed) {
    this.#access = access
    this.#feed = feed
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
    await this.#writeGroup(marks.map(documentOfMark), 'list', marks)
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
        await this.#writeGroup(group, 'list')
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        for (const document of group) this.changed(document)
      }
    }
  }

  /** @param left marks that go away too when the documents are listed, each at the place of its document */
  async #writeGroup(documents: readonly string[], action: ListingAction, left?: readonly string[]): Promise<void> {
    const marks = new Map(
      documents.map((id, index) => [id, left === undefined ? this.#takeMark(id) : Promise.resolve(left[index])]),
    )
    let waiting = documents
    try {
      for (let tries = 0; waiting.length > 0 && tries < triesPerWrite; tries++) {
        waiting = await this.#listAsFound(waiting, marks, action)
      }
    } catch (error) {
      if (left === undefined) for (const document of waiting) this.#keepMark(document, marks.get(document))
      throw error
    }
    for (const document of waiting) {
      this.#keepMark(document, marks.get(document))
      this.changed(document)
    }
  }

  /** @returns those that others have listed meanwhile */
  async #listAsFound(
    documents: readonly string[],
    marks: ReadonlyMap<string, Mark | undefined>,
    action: ListingAction,
  ): Promise<string[]> {
    const seen = await seeListed(this.#access, documents)
    const changes = documents.map(async (id) => {
      const nothing = { feed: '', standing: '' }
      return { id, seen: seen.get(id) ?? nothing, found: await this.found(id), mark: await marks.get(id) }
    })
    const moved = await changeListed(this.#access, await Promise.all(changes), action)
    return documents.filter((id) => moved.has(id))
  }

  /** A change does not wait for it: it is on its way before the change is, and matters only if this node dies. */
  #mark(document: string): void {
    if (this.#marks.has(document)) return
    const mark: Mark = this.#feed.mark(document).catch(() => {
      if (this.#marks.get(document) === mark) this.#marks.delete(document)
      return undefined
    })
    this.#marks.set(document, mark)
  }

  #takeMark(document: string): Mark | undefined {
    const mark = this.#marks.get(document)
    this.#marks.delete(document)
    return mark
  }

  #keepMark(document: string, mark: Mark | undefined): void {
    if (mark !== undefined && !this.#marks.has(document)) this.#marks.set(document, mark)
  }
}

function factsOf(head: FoundHead, title: string): DocumentFacts {
  if (head.deleted) return { epoch: head.epoch, state: 'erased', title: '', tip: '' }
  const { place, trashed } = head
  return { epoch: place.epoch, state: trashed === undefined ? 'live' : 'trashed', title, tip: place.tip }
}
