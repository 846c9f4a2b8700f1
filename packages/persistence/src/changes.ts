/**
 * The port to the feed of changes: which documents changed since one looked last. A document is in it once, at the place of
 * its last change, so the feed is as long as there are documents and tombstones, and no place in it is ever too old.
 *
 * @module
 */

/**
 * What may have happened to a document: `deleted` is into the trash, `restored` out of it, `erased` for good. One that is made
 * anew after that is `created`.
 */
export type ChangeKind = 'created' | 'changed' | 'renamed' | 'deleted' | 'restored' | 'erased'

/** A document that changed. */
export interface DocumentChange {
  readonly document: string
  /** All that happened since the place that was asked after, however often. At least one. */
  readonly happened: readonly ChangeKind[]
  readonly state: 'live' | 'trashed' | 'erased'
  /** Empty of one that is erased. */
  readonly title: string
  /** When it came to its place in the feed, in milliseconds since 1970: up to a second or so after it changed. */
  readonly at: number
  /** The place after this change. */
  readonly cursor: string
}

/** A part of the feed. */
export interface ChangePage {
  readonly changes: readonly DocumentChange[]
  /** The place after all of them. */
  readonly next: string
  /** Whether there is more by now. A page may be short, or empty, and there be more all the same. */
  readonly more: boolean
}

/**
 * The feed of a store. Nodes that share the store share it: a place that one gave out holds on all of them. What a node changed
 * is in it within about a second, also where the node has died since.
 */
export interface Changes {
  /**
   * What changed after a place, in the order of the feed.
   *
   * @param after as a page, or a change, gave it out; undefined for the beginning, from where every document comes
   * @param limit how many at most, 1 to 1,000
   * @throws InvalidCursorError where no feed gave it out; CursorGoneError where another one did; StoreUnavailableError
   */
  read(after: string | undefined, limit: number): Promise<ChangePage>

  /** The place after all that has been read of by anyone: what changes from now on comes after it. @throws StoreUnavailableError */
  latest(): Promise<string>
}

/**
 * A place in a feed that is no more: of another store, or of this one before it was lost or restored. Begin anew, from the
 * beginning.
 */
export class CursorGoneError extends Error {
  override readonly name = 'CursorGoneError'
}

/** @throws RangeError */
export function assertChangeLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return
  throw new RangeError(`1 to 1000 changes are read at once, not ${limit}`)
}
