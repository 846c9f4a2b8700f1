/**
 * The port to the catalog: which documents there are, and what is known of each without loading it.
 *
 * @module
 */

/** What the catalog knows of a document. Times are milliseconds since 1970. */
export interface DocumentRecord {
  readonly id: string
  readonly title: string
  readonly created: number
  readonly createdBy: string
  /** When the last entry was appended, or the title changed. */
  readonly updated: number
  /** What log and checkpoint take, in bytes. */
  readonly bytes: number
}

/** `name` is the id in byte order, ascending; `updated` and `created` are newest first, then by id. */
export type DocumentOrder = 'updated' | 'name' | 'created'

/** What a listing asks. */
export interface DocumentListing {
  readonly order: DocumentOrder
  /** How many at most, 1 to 200. */
  readonly limit: number
  /** Only ids that begin so. */
  readonly prefix?: string
  /** Where the page before ended, as it was given out by `next`: a place in the order, whatever the prefix. */
  readonly cursor?: string
}

/** A page. `next` is undefined on the last one. */
export interface DocumentRecordPage {
  readonly documents: readonly DocumentRecord[]
  readonly next: string | undefined
}

/** A cursor that no listing of this order gave out. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError'
}

/** The catalog. Listing costs the same however many documents there are (E3). */
export interface DocumentCatalog {
  /**
   * Creates a document with an empty log and a new epoch, unless it exists or was deleted.
   *
   * @returns whether it was created by this call; false where it exists already
   * @throws DocumentDeletedError, StoreUnavailableError
   */
  create(document: NewDocument): Promise<boolean>

  /** One document; undefined where it does not exist or was deleted. */
  get(document: string): Promise<DocumentRecord | undefined>

  /** @throws InvalidCursorError, StoreUnavailableError */
  list(listing: DocumentListing): Promise<DocumentRecordPage>

  /** @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  setTitle(document: string, title: string, at: number): Promise<void>

  /**
   * Deletes a document for good: log and checkpoint are emptied, the head stays with a new epoch as a tombstone (L5).
   *
   * @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError
   */
  delete(document: string, at: number): Promise<void>

  /**
   * Makes a deleted document anew, empty, with a new epoch.
   *
   * @throws DocumentNotFoundError where it was never there, StoreUnavailableError
   */
  recreate(document: NewDocument): Promise<void>
}

/** What a document begins with. */
export interface NewDocument {
  readonly id: string
  readonly title: string
  readonly createdBy: string
  readonly at: number
}
