import type { DocumentRecord } from '../document-catalog.ts'
import { StoreError } from '../errors.ts'
import { scopesOf } from '../listing-scopes.ts'
import { wordsOf } from '../title-words.ts'
import type { DocumentAccess } from './document-access.ts'
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
 * and may be behind. What is lost of it, `rebuildIndex` brings back.
 */
export class ListingIndex {
  readonly #access: DocumentAccess
  readonly #buckets: readonly Bucket[]
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(access: DocumentAccess) {
    this.#access = access
    this.#buckets = bucketsOf(access.prefix)
  }

  /** A document was appended to: it is listed anew a little later, once for all of its appends until then. */
  changed(document: string): void {
    this.#changed.add(document)
    if (this.#closed) return
    this.#timer ??= setTimeout(() => void this.flush(), lag).unref()
  }

  /** Lists documents anew. Where that fails it is tried again later. */
  async write(documents: readonly string[]): Promise<void> {
    for (const document of documents) this.#changed.add(document)
    await this.flush()
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
    const found = await this.found(document)
    return found?.trashed === undefined ? found?.record : undefined
  }

  /** The same of one that may be in the trash, with since when. @throws StoreUnavailableError */
  async found(document: string): Promise<FoundRecord | undefined> {
    const { meta } = this.#access.keys(document)
    const [head, fields] = await Promise.all([
      this.#access.findHead(document),
      this.#access.call(document, meta, 'HMGET', ['title', 'created', 'creator']),
    ])
    if (head === undefined || head.deleted) return undefined
    const [title = '', created, createdBy = ''] = listIn(fields).map(maybeTextIn)
    const { updated, bytes, trashed } = head
    const born = created === undefined ? updated : numberIn(created)
    return { trashed, record: { id: document, title, created: born, createdBy, updated, bytes } }
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

  async #writeGroup(documents: readonly string[], action: 'add' | 'restore'): Promise<void> {
    const changes = new Map<number, Argument[]>()
    const records = await Promise.all(documents.map((document) => this.found(document)))
    for (const [index, document] of documents.entries()) {
      const number = bucketNumberOf(document)
      const change = changes.get(number) ?? []
      changes.set(number, change)
      change.push(...changeOf(document, records[index], action))
    }
    await Promise.all(
      [...changes].map(async ([number, change]) => {
        const bucket = this.#buckets[number]
        if (bucket === undefined) return
        await this.#access.run('', changeListingScript, [bucket.entries], [bucket.base, ...change])
      }),
    )
  }
}

/** What is known of a document, and since when it is in the trash. */
interface FoundRecord {
  readonly record: DocumentRecord
  readonly trashed: number | undefined
}

function changeOf(document: string, found: FoundRecord | undefined, action: 'add' | 'restore'): Argument[] {
  const scopes = scopesOf(document)
  if (found === undefined) return [document, scopes.length, 'remove', '', '', '', ...scopes]
  const { record, trashed } = found
  if (trashed !== undefined) return [document, scopes.length, 'trash', trashed, '', '', ...scopes]
  const places = [placeOfTime(record.updated), placeOfTime(record.created)]
  return [document, scopes.length, action, ...places, wordsOf(record.title).join(' '), ...scopes]
}
