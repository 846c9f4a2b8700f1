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
  /** Only where the title has, for each word of this text, one that begins so, whatever its case and accents. */
  readonly q?: string
  /** Where the page before ended, as it was given out by `next`: a place in the order, whatever the prefix. */
  readonly cursor?: string
}

/** A page. `next` is undefined on the last one. It may be short, and another one follow all the same. */
export interface DocumentRecordPage {
  readonly documents: readonly DocumentRecord[]
  readonly next: string | undefined
}

/** A document in the trash, and since when it is there. */
export interface TrashedDocument extends DocumentRecord {
  readonly trashed: number
}

/** What a listing of the trash asks. `limit` is 1 to 200, `cursor` as `next` gave it out. */
export type TrashListing = Pick<DocumentListing, 'limit' | 'prefix' | 'cursor'>

/** A page of the trash. It may be short, and another one follow all the same. */
export interface TrashPage {
  readonly documents: readonly TrashedDocument[]
  readonly next: string | undefined
}

/** How many documents there are. */
export interface DocumentCounts {
  /** Those that are listed. */
  readonly documents: number
  /** Those in the trash. */
  readonly trashed: number
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

  /** Who created a document, in the trash or not; undefined where it does not exist or was deleted. @throws StoreUnavailableError */
  creatorOf(document: string): Promise<string | undefined>

  /** @throws InvalidCursorError, StoreUnavailableError */
  list(listing: DocumentListing): Promise<DocumentRecordPage>

  /** Counted as documents come and go, so that asking costs the same however many there are. @throws StoreUnavailableError */
  count(): Promise<DocumentCounts>

  /**
   * @param expected only where the title is this one
   * @returns false, with nothing changed, where it is another one
   * @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError
   */
  setTitle(document: string, title: string, at: number, expected?: string): Promise<boolean>

  /**
   * Puts a document into the trash. It keeps what it holds, and until it is restored it counts as deleted: nothing is read of
   * it, appended to it or listed but its place in the trash.
   *
   * @throws DocumentNotFoundError, DocumentDeletedError, DocumentTrashedError where it is there already, StoreUnavailableError
   */
  trash(document: string, at: number): Promise<void>

  /**
   * Takes a document out of the trash, as it was. One that is not in it stays as it is.
   *
   * @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError
   */
  restore(document: string): Promise<void>

  /** What is in the trash, what has been there for longest first. @throws InvalidCursorError, StoreUnavailableError */
  listTrash(listing: TrashListing): Promise<TrashPage>

  /**
   * Deletes a document for good, in the trash or not: log and checkpoint are emptied, the head stays with a new epoch as a
   * tombstone (L5).
   *
   * @param trashed only while it is in the trash since then; otherwise nothing happens
   * @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError
   */
  delete(document: string, at: number, trashed?: number): Promise<void>

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
