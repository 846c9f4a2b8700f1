import { comparePositions, decodeCursor, positionOf } from '../catalog-cursor.ts'
import { pageOf } from '../catalog-page.ts'
import { assertPageSize, assertTime } from '../checked-arguments.ts'
import type {
  DocumentCatalog,
  DocumentListing,
  DocumentRecord,
  DocumentRecordPage,
  NewDocument,
} from '../document-catalog.ts'
import { DocumentDeletedError, DocumentNotFoundError } from '../errors.ts'
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
    if (present !== undefined) return false
    this.#documents.set(document.id, newDocument(document, firstEpoch()))
    return true
  }

  async get(document: string): Promise<DocumentRecord | undefined> {
    const present = this.#documents.get(document)
    return present?.state === 'live' ? recordOf(document, present) : undefined
  }

  async list(listing: DocumentListing): Promise<DocumentRecordPage> {
    assertPageSize(listing)
    const { order, limit, prefix = '', cursor } = listing
    const after = cursor === undefined ? undefined : decodeCursor(order, cursor)
    const found = [...this.#documents.allLive()]
      .filter(([id]) => id.startsWith(prefix))
      .map(([id, document]) => recordOf(id, document))
      .filter((record) => after === undefined || comparePositions(positionOf(order, record), after) > 0)
      .sort((a, b) => comparePositions(positionOf(order, a), positionOf(order, b)))
    return pageOf(order, limit, found.slice(0, limit + 1))
  }

  async setTitle(document: string, title: string, at: number): Promise<void> {
    assertTime(at)
    const live = this.#documents.live(document)
    live.title = title
    live.updated = Math.max(live.updated, at)
  }

  async delete(document: string, at: number): Promise<void> {
    assertTime(at)
    const { epoch } = this.#documents.live(document)
    this.#documents.set(document, { state: 'deleted', epoch: nextLife(epoch) })
  }

  async recreate(document: NewDocument): Promise<void> {
    assertTime(document.at)
    const present = this.#documents.get(document.id)
    if (present === undefined) throw new DocumentNotFoundError(document.id)
    // A document that is there already was made anew by the attempt that this one repeats, or by someone else.
    if (present.state === 'deleted') this.#documents.set(document.id, newDocument(document, nextLife(present.epoch)))
  }
}

function recordOf(id: string, document: LiveDocument): DocumentRecord {
  const { title, created, createdBy, updated } = document
  return { id, title, created, createdBy, updated, bytes: bytesOf(document) }
}
