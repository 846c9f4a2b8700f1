import { assertPageSize, assertTime } from '../checked-arguments.ts'
import type {
  DocumentCatalog,
  DocumentListing,
  DocumentRecord,
  DocumentRecordPage,
  NewDocument,
} from '../document-catalog.ts'
import type { DocumentLives } from './document-lives.ts'
import type { ListingIndex } from './listing-index.ts'
import type { ListingReader } from './listing-reader.ts'

/** The catalog in Redis. A node sees its own changes in the listing at once, those of others within about a second. */
export class RedisCatalog implements DocumentCatalog {
  readonly #lives: DocumentLives
  readonly #index: ListingIndex
  readonly #listing: ListingReader

  constructor(lives: DocumentLives, index: ListingIndex, listing: ListingReader) {
    this.#lives = lives
    this.#index = index
    this.#listing = listing
  }

  async create(document: NewDocument): Promise<boolean> {
    assertTime(document.at)
    return this.#lives.create(document)
  }

  get(document: string): Promise<DocumentRecord | undefined> {
    return this.#index.record(document)
  }

  async list(listing: DocumentListing): Promise<DocumentRecordPage> {
    assertPageSize(listing)
    await this.#index.flush()
    return this.#listing.list(listing)
  }

  async setTitle(document: string, title: string, at: number): Promise<void> {
    assertTime(at)
    await this.#lives.setTitle(document, title, at)
  }

  async delete(document: string, at: number): Promise<void> {
    assertTime(at)
    await this.#lives.delete(document, at)
  }

  async recreate(document: NewDocument): Promise<void> {
    assertTime(document.at)
    await this.#lives.recreate(document)
  }
}
