import { pageOf } from '../catalog-page.ts'
import type { DocumentListing, DocumentRecordPage } from '../document-catalog.ts'
import { StoreUnavailableError } from '../errors.ts'
import { arraysIn, fieldsOf, recordOfFields } from '../listed-record.ts'

/** A page on its way between threads: a text, which costs a fraction of what so many objects do. */
export interface ListedRows {
  /** A JSON array of documents, each an array of its id and its fields. Of a page that is not cut yet, one more than was asked. */
  readonly records: string
  /** Where the next page begins if there are no more of them than were asked. */
  readonly end: string | undefined
}

/**
 * The statement that gives what another one selects as the text of {@link ListedRows}, in `records`.
 *
 * @param select selects the columns of a document in order
 */
export function asRows(select: string): string {
  return `
    SELECT json_group_array(json_array(id, title, created_by, created, updated, bytes)) AS records FROM (${select})
  `
}

/** The rows of a page that is cut already. */
export function rowsOf({ documents, next }: DocumentRecordPage): ListedRows {
  return { records: JSON.stringify(documents.map((record) => [record.id, ...fieldsOf(record)])), end: next }
}

/** The page that rows are. @throws StoreUnavailableError where they hold something else */
export function pageOfRows({ order, limit }: DocumentListing, { records, end }: ListedRows): DocumentRecordPage {
  const arrays = arraysIn(records)
  if (arrays === undefined) throw strange()
  const found = arrays.map(([id, ...fields]) => {
    const record = typeof id === 'string' ? recordOfFields(id, fields) : undefined
    if (record === undefined) throw strange()
    return record
  })
  const { documents, next = end } = pageOf(order, limit, found)
  return { documents, next }
}

function strange(): StoreUnavailableError {
  return new StoreUnavailableError('the store’s listing holds something that is no document')
}
