import { comparePositions, decodeCursor, positionOf } from '../catalog-cursor.ts'
import { pageOf } from '../catalog-page.ts'
import { assertPageSize, assertTime } from '../checked-arguments.ts'
import type {
  DocumentCatalog,
  DocumentCounts,
  DocumentListing,
  DocumentRecord,
  DocumentRecordPage,
  NewDocument,
  TrashedDocument,
  TrashListing,
  TrashPage,
} from '../document-catalog.ts'
import { DocumentDeletedError, DocumentNotFoundError, DocumentTrashedError } from '../errors.ts'
import { compareTrash, trashPageOf, trashPlaceOf } from '../trash-page.ts'
import { hasWords, wordsOf } from '../title-words.ts'
import { firstEpoch, nextLife } from '../new-epoch.ts'
import { type LiveDocument, type MemoryDocuments, bytesOf, newDocument } from './memory-documents.ts'

/** The catalog in memory. It sorts for every page: it is for tests and for trying things out. */
export class MemoryCatalog implements DocumentCatalog {
  readonly #documents: MemoryDocuments

  constructor(documents: MemoryDocuments) {
    this.#documents = documents
  }

  async create(document: NewDocument): Promise<boolean> {
    assertTime(document.at)
    const present = this.#documents.get(document.id)
    if (present?.state === 'deleted') throw new DocumentDeletedError(document.id)
    if (present?.trashed !== undefined) throw new DocumentTrashedError(document.id)
    if (present !== undefined) return false
    this.#documents.set(document.id, newDocument(document, firstEpoch()))
    return true
  }

  async get(document: string): Promise<DocumentRecord | undefined> {
    const present = this.#documents.get(document)
    return present?.state === 'live' && present.trashed === undefined ? recordOf(document, present) : undefined
  }

  async creatorOf(document: string): Promise<string | undefined> {
    const present = this.#documents.get(document)
    return present?.state === 'live' ? present.createdBy : undefined
  }

  async list(listing: DocumentListing): Promise<DocumentRecordPage> {
    assertPageSize(listing)
    const { order, limit, prefix = '', q = '', cursor } = listing
    const words = wordsOf(q)
    const after = cursor === undefined ? undefined : decodeCursor(order, cursor)
    const found = [...this.#documents.allPresent()]
      .filter(([id, { trashed, title }]) => trashed === undefined && id.startsWith(prefix) && hasWords(title, words))
      .map(([id, document]) => recordOf(id, document))
      .filter((record) => after === undefined || comparePositions(positionOf(order, record), after) > 0)
      .sort((a, b) => comparePositions(positionOf(order, a), positionOf(order, b)))
    return pageOf(order, limit, found.slice(0, limit + 1))
  }

  async count(): Promise<DocumentCounts> {
    const all = [...this.#documents.allPresent()]
    const trashed = all.filter(([, document]) => document.trashed !== undefined).length
    return { documents: all.length - trashed, trashed }
  }

  async setTitle(document: string, title: string, at: number, expected?: string): Promise<boolean> {
    assertTime(at)
    const live = this.#documents.live(document)
    if (expected !== undefined && expected !== live.title) return false
    live.title = title
    live.updated = Math.max(live.updated, at)
    return true
  }

  async trash(document: string, at: number): Promise<void> {
    assertTime(at)
    this.#documents.live(document).trashed = at
  }

  async restore(document: string): Promise<void> {
    this.#documents.present(document).trashed = undefined
  }

  async listTrash({ limit, prefix = '', cursor }: TrashListing): Promise<TrashPage> {
    assertPageSize({ limit })
    const after = trashPlaceOf(cursor)
    const found = [...this.#documents.allPresent()]
      .flatMap(([id, document]) => (document.trashed === undefined ? [] : [trashedOf(id, document, document.trashed)]))
      .filter(({ id, trashed }) => id.startsWith(prefix) && compareTrash({ id, at: trashed }, after) > 0)
      .sort((a, b) => compareTrash({ id: a.id, at: a.trashed }, { id: b.id, at: b.trashed }))
    const documents = found.slice(0, limit)
    const last = documents.at(-1)
    return trashPageOf(documents, found.length > limit && last ? { id: last.id, at: last.trashed } : undefined)
  }

  async delete(document: string, at: number, trashed?: number): Promise<void> {
    assertTime(at)
    const { epoch, trashed: since } = this.#documents.present(document)
    if (trashed !== undefined && trashed !== since) return
    this.#documents.set(document, { state: 'deleted', epoch: nextLife(epoch) })
  }

  async recreate(document: NewDocument): Promise<void> {
    assertTime(document.at)
    const present = this.#documents.get(document.id)
    if (present === undefined) throw new DocumentNotFoundError(document.id)
    if (present.state === 'live' && present.trashed !== undefined) throw new DocumentTrashedError(document.id)
    // A document that is there already was made anew by the attempt that this one repeats, or by someone else.
    if (present.state === 'deleted') this.#documents.set(document.id, newDocument(document, nextLife(present.epoch)))
  }
}

function trashedOf(id: string, document: LiveDocument, trashed: number): TrashedDocument {
  return { ...recordOf(id, document), trashed }
}

function recordOf(id: string, document: LiveDocument): DocumentRecord {
  const { title, created, createdBy, updated } = document
  return { id, title, created, createdBy, updated, bytes: bytesOf(document) }
}
