import { encodeCursor, decodeCursor } from '../catalog-cursor.ts'
import { assertPageSize, assertTime } from '../checked-arguments.ts'
import type {
  DocumentCatalog,
  DocumentListing,
  DocumentRecord,
  DocumentRecordPage,
  NewDocument,
} from '../document-catalog.ts'
import { DocumentDeletedError, DocumentNotFoundError } from '../errors.ts'
import { randomId } from '../random-id.ts'
import { beginDocument } from './begin-document.ts'
import type { CatalogIndex } from './catalog-index.ts'
import { CatalogListing } from './catalog-listing.ts'
import { deleteScript, titleScript } from './catalog-scripts.ts'
import { checkpointKey, keysOf } from './keys.ts'
import { readRecord } from './read-record.ts'
import type { RedisConnection } from './redis-connection.ts'
import { listIn, numberIn, textIn } from './replies.ts'

/** The catalog in Redis. */
export class RedisCatalog implements DocumentCatalog {
  readonly #connection: RedisConnection
  readonly #prefix: string
  readonly #index: CatalogIndex
  readonly #listing: CatalogListing

  constructor(connection: RedisConnection, prefix: string, index: CatalogIndex) {
    this.#connection = connection
    this.#prefix = prefix
    this.#index = index
    this.#listing = new CatalogListing(connection, prefix, index)
  }

  async create(document: NewDocument): Promise<boolean> {
    assertTime(document.at)
    return this.#connection.perform(document.id, async () => {
      const outcome = await this.#begin('create', document)
      if (outcome === 'deleted') throw new DocumentDeletedError(document.id)
      return outcome === 'begun'
    })
  }

  async recreate(document: NewDocument): Promise<void> {
    assertTime(document.at)
    await this.#connection.perform(document.id, async () => {
      const outcome = await this.#begin('recreate', document)
      if (outcome === 'missing') throw new DocumentNotFoundError(document.id)
    })
  }

  async get(document: string): Promise<DocumentRecord | undefined> {
    return this.#connection.perform(document, () => readRecord(this.#connection, this.#prefix, document))
  }

  async list(listing: DocumentListing): Promise<DocumentRecordPage> {
    assertPageSize(listing)
    const { order, cursor } = listing
    const after = cursor === undefined ? undefined : decodeCursor(order, cursor)
    return this.#connection.perform(undefined, async () => {
      await this.#index.flush()
      const { documents, next } = await this.#listing.page(listing, after)
      return { documents, next: next === undefined ? undefined : encodeCursor(next) }
    })
  }

  async setTitle(document: string, title: string, at: number): Promise<void> {
    assertTime(at)
    await this.#connection.perform(document, async () => {
      const { head, meta } = keysOf(this.#prefix, document)
      const [outcome, updated] = listIn(await this.#connection.run(titleScript, [head, meta], [title, at]))
      assertThere(textIn(outcome), document)
      await this.#index.move(document, numberIn(updated))
    })
  }

  async delete(document: string, at: number): Promise<void> {
    assertTime(at)
    await this.#connection.perform(document, async () => {
      await this.#bury(document, at)
      await this.#index.remove(document)
      // Whoever made it anew meanwhile has entered it before it was removed here.
      const anew = await readRecord(this.#connection, this.#prefix, document)
      if (anew !== undefined) await this.#index.add(document, anew.created, true)
    })
  }

  #begin(how: 'create' | 'recreate', document: NewDocument): Promise<string> {
    return beginDocument(this.#connection, this.#prefix, this.#index, how, document)
  }

  async #bury(document: string, at: number): Promise<void> {
    const { head, meta, log } = keysOf(this.#prefix, document)
    const [outcome, left] = listIn(await this.#connection.run(deleteScript, [head, meta, log], [randomId(), at]))
    assertThere(textIn(outcome), document)
    const generation = textIn(left)
    if (generation === '') return
    await this.#connection.command('UNLINK', checkpointKey(this.#prefix, document, generation))
  }
}

function assertThere(outcome: string, document: string): void {
  if (outcome === 'missing') throw new DocumentNotFoundError(document)
  if (outcome === 'deleted') throw new DocumentDeletedError(document)
}
