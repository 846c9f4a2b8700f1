/**
 * The port to the collections: small texts of the server's own (who administered what, webhooks and their queues), each under a
 * key in a collection that has a name. Everything of one collection changes together or not at all, and only while what was read of it
 * still stands: so nodes that share a store need no other lock.
 *
 * @module
 */

/** A text in a collection. */
export interface CollectionItem {
  /** 1 to 256 characters of printable ASCII without spaces. Items are in the byte order of their keys. */
  readonly key: string
  /** At most 256 KiB. */
  readonly text: string
}

/** What is asked of a collection, in the order of keys. */
export interface CollectionRange {
  /** The first key that may come; from the beginning where it is left away. */
  readonly from?: string
  /** No key from this one on; to the end where it is left away. */
  readonly before?: string
  /** How many at most, 1 to 1,000. */
  readonly limit: number
  /** From the end of the range instead of its beginning. */
  readonly backwards?: boolean
}

/** A change of one collection. */
export interface CollectionChange {
  /** What has to stand there for the change to happen; undefined: nothing of this key. */
  readonly expect?: readonly { readonly key: string; readonly text: string | undefined }[]
  readonly put?: readonly CollectionItem[]
  /** Keys. One that is not there is no matter. */
  readonly remove?: readonly string[]
}

/** The collections of a store. A collection is there once something is put in it, and costs nothing once it is empty. */
export interface Collections {
  /** @throws StoreUnavailableError */
  get(collection: string, key: string): Promise<string | undefined>

  /** @throws RangeError for a limit out of bounds; StoreUnavailableError */
  list(collection: string, range: CollectionRange): Promise<readonly CollectionItem[]>

  /**
   * Resolves once it is as durable as the store makes things.
   *
   * @returns false, with nothing changed, where something that was expected does not stand there
   * @throws RangeError for a key or text out of bounds; StoreUnavailableError
   */
  change(collection: string, change: CollectionChange): Promise<boolean>
}

const maxListed = 1_000
const maxTextLength = 256 * 1024

/** @throws RangeError */
export function assertRange({ limit }: CollectionRange): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxListed) return
  throw new RangeError(`1 to ${maxListed} items of a collection are listed at once, not ${limit}`)
}

/** @throws RangeError */
export function assertChange({ put = [] }: CollectionChange): void {
  for (const { key, text } of put) {
    if (!/^[!-~]{1,256}$/.test(key))
      throw new RangeError('a key in a collection is 1 to 256 characters of printable ASCII without spaces')
    if (text.length > maxTextLength)
      throw new RangeError(`a text in a collection has at most ${maxTextLength} characters`)
  }
}

/** The first key that comes after another one. */
export function keyAfter(key: string): string {
  return `${key}!`
}
