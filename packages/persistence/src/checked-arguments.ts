import type { DocumentListing } from './document-catalog.ts'
import type { AppendRequest } from './document-log.ts'

/** Most documents that one page may hold. */
export const maxPageSize = 200

/** @throws RangeError where there is nothing to append, since that has no place which could be answered, or for a bad time */
export function assertAppendable({ entries }: AppendRequest): void {
  if (entries.length === 0) throw new RangeError('an append needs at least one entry')
  for (const { at } of entries) assertTime(at)
}

/** @throws RangeError where the page asked for is empty or too large */
export function assertPageSize({ limit }: Pick<DocumentListing, 'limit'>): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageSize) {
    throw new RangeError(`a page holds 1 to ${maxPageSize} documents, not ${limit}`)
  }
}

/** @throws RangeError */
export function assertTime(at: number): void {
  if (!Number.isSafeInteger(at)) throw new RangeError(`a time is a whole number of milliseconds since 1970, not ${at}`)
}
