import { decodeParts, encodeParts } from './catalog-cursor.ts'
import { InvalidCursorError, type TrashedDocument, type TrashPage } from './document-catalog.ts'

/** Where a document stands in the trash. */
export interface TrashPlace {
  readonly at: number
  readonly id: string
}

/** Before the first one. */
export const trashStart: TrashPlace = { at: 0, id: '' }

const order = 'trashed'

/** Where a page of the trash begins. @throws InvalidCursorError */
export function trashPlaceOf(cursor: string | undefined): TrashPlace {
  if (cursor === undefined) return trashStart
  const [first, id, at, ...rest] = decodeParts(cursor)
  if (first === order && typeof id === 'string' && Number.isSafeInteger(at) && rest.length === 0) {
    return { id, at: Number(at) }
  }
  throw new InvalidCursorError('the cursor was not given out by a listing of the trash')
}

/**
 * A page of the trash.
 *
 * @param documents those that are shown
 * @param end the last place that was looked at, where more may follow
 */
export function trashPageOf(documents: readonly TrashedDocument[], end: TrashPlace | undefined): TrashPage {
  return { documents, next: end === undefined ? undefined : encodeParts([order, end.id, end.at]) }
}

/** What has been there for longest comes first; of the same time, ids decide, whose characters are all ASCII. */
export function compareTrash(a: TrashPlace, b: TrashPlace): number {
  if (a.at !== b.at) return a.at - b.at
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}
