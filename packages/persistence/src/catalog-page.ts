import type { DocumentOrder, DocumentRecord, DocumentRecordPage } from './document-catalog.ts'
import { encodeCursor, positionOf } from './catalog-cursor.ts'

/**
 * A page out of what was found. Drivers look for one document more than was asked: whether it is there tells whether
 * another page follows.
 */
export function pageOf(order: DocumentOrder, limit: number, found: readonly DocumentRecord[]): DocumentRecordPage {
  const documents = found.slice(0, limit)
  const last = documents.at(-1)
  const more = found.length > limit && last !== undefined
  return { documents, next: more ? encodeCursor(positionOf(order, last)) : undefined }
}
