import { type DocumentOrder, type DocumentRecord, InvalidCursorError } from './document-catalog.ts'

/** Where a page ended: the last document's id, and for the orders by time its time too. */
export type CatalogPosition =
  | { readonly order: 'name'; readonly id: string }
  | { readonly order: 'updated' | 'created'; readonly at: number; readonly id: string }

/** Where a document stands in an order. */
export function positionOf(order: DocumentOrder, { id, updated, created }: DocumentRecord): CatalogPosition {
  if (order === 'name') return { order, id }
  return { order, at: order === 'updated' ? updated : created, id }
}

/** Newest first in the orders by time; then by id, whose characters are all ASCII. */
export function comparePositions(a: CatalogPosition, b: CatalogPosition): number {
  if (a.order !== 'name' && b.order !== 'name' && a.at !== b.at) return b.at - a.at
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

/** A position as the text that a page gives out: opaque to callers, safe in a URL. */
export function encodeCursor(position: CatalogPosition): string {
  const parts = position.order === 'name' ? [position.order, position.id] : [position.order, position.id, position.at]
  return encodeParts(parts)
}

/** What a cursor holds, as text. */
export function encodeParts(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/**
 * What {@link encodeCursor} made of a position.
 *
 * @throws InvalidCursorError where the text is something else, or of another order
 */
export function decodeCursor(order: DocumentOrder, cursor: string): CatalogPosition {
  const [first, id, at, ...rest] = decodeParts(cursor)
  if (first === order && typeof id === 'string' && rest.length === 0) {
    if (order === 'name') {
      if (at === undefined) return { order, id }
    } else if (Number.isSafeInteger(at)) {
      return { order, id, at: Number(at) }
    }
  }
  throw new InvalidCursorError(`the cursor was not given out by a listing in order of ${order}`)
}

/** What {@link encodeParts} was given; nothing where it did not make this text. */
export function decodeParts(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}
