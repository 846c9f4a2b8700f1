import { assertPageSize, assertTime } from '../checked-arguments.ts'
import type {
  DocumentCatalog,
  DocumentCounts,
  DocumentListing,
  DocumentRecord,
  DocumentRecordPage,
  NewDocument,
  TrashListing,
  TrashPage,
} from '../document-catalog.ts'
import type { DocumentCounter } from './document-counter.ts'
import type { DocumentLives } from './document-lives.ts'
import type { ListingIndex } from './listing-index.ts'
import type { ListingReader } from './listing-reader.ts'
import type { TrashReader } from './trash-reader.ts'

/** The catalog in Redis. A node sees its own changes in the listing at once, those of others within about a second. */
export class RedisCatalog implements DocumentCatalog {
  readonly #lives: DocumentLives
  readonly #index: ListingIndex
  readonly #listing: ListingReader
  readonly #trash: TrashReader
  readonly #counter: DocumentCounter

  constructor(
    lives: DocumentLives,
    index: ListingIndex,
    listing: ListingReader,
    trash: TrashReader,
    counter: DocumentCounter,
  ) {
    this.#lives = lives
    this.#index = index
    this.#listing = listing
    this.#trash = trash
    this.#counter = counter
  }

  async create(document: NewDocument): Promise<boolean> {
    assertTime(document.at)
    return this.#lives.create(document)
  }

  get(document: string): Promise<DocumentRecord | undefined> {
    return this.#index.record(document)
  }

  async creatorOf(document: string): Promise<string | undefined> {
    return (await this.#index.found(document)).record?.createdBy
  }

  async list(listing: DocumentListing): Promise<DocumentRecordPage> {
    assertPageSize(listing)
    await this.#index.flush()
    return this.#listing.list(listing)
  }

  async count(): Promise<DocumentCounts> {
    await this.#index.flush()
    return await this.#counter.count()
  }

  async setTitle(document: string, title: string, at: number, expected?: string): Promise<boolean> {
    assertTime(at)
    return this.#lives.setTitle(document, title, at, expected)
  }

  async trash(document: string, at: number): Promise<void> {
    assertTime(at)
    await this.#lives.trash(document, at)
  }

  async restore(document: string): Promise<void> {
    await this.#lives.restore(document)
  }

  async listTrash(listing: TrashListing): Promise<TrashPage> {
    assertPageSize(listing)
    await this.#index.flush()
    return this.#trash.list(listing)
  }

  async delete(document: string, at: number, trashed?: number): Promise<void> {
    assertTime(at)
    await this.#lives.delete(document, at, trashed)
  }

  async recreate(document: NewDocument): Promise<void> {
    assertTime(document.at)
    await this.#lives.recreate(document)
  }
}
