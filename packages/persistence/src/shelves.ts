/**
 * The port to the shelves: small texts of the server's own (who administered what, webhooks and their queues), each under a
 * key on a shelf that has a name. Everything of one shelf changes together or not at all, and only while what was read of it
 * still stands: so nodes that share a store need no other lock.
 *
 * @module
 */

/** A text on a shelf. */
export interface ShelfItem {
  /** 1 to 256 characters of printable ASCII without spaces. Items are in the byte order of their keys. */
  readonly key: string
  /** At most 256 KiB. */
  readonly text: string
}

/** What is asked of a shelf, in the order of keys. */
export interface ShelfRange {
  /** The first key that may come; from the beginning where it is left away. */
  readonly from?: string
  /** No key from this one on; to the end where it is left away. */
  readonly before?: string
  /** How many at most, 1 to 1,000. */
  readonly limit: number
  /** From the end of the range instead of its beginning. */
  readonly backwards?: boolean
}

/** A change of one shelf. */
export interface ShelfChange {
  /** What has to stand there for the change to happen; undefined: nothing of this key. */
  readonly expect?: readonly { readonly key: string; readonly text: string | undefined }[]
  readonly put?: readonly ShelfItem[]
  /** Keys. One that is not there is no matter. */
  readonly remove?: readonly string[]
}

/** The shelves of a store. A shelf is there once something is put on it, and costs nothing once it is empty. */
export interface Shelves {
  /** @throws StoreUnavailableError */
  get(shelf: string, key: string): Promise<string | undefined>

  /** @throws RangeError for a limit out of bounds; StoreUnavailableError */
  list(shelf: string, range: ShelfRange): Promise<readonly ShelfItem[]>

  /**
   * Resolves once it is as durable as the store makes things.
   *
   * @returns false, with nothing changed, where something that was expected does not stand there
   * @throws RangeError for a key or text out of bounds; StoreUnavailableError
   */
  change(shelf: string, change: ShelfChange): Promise<boolean>
}

const maxListed = 1_000
const maxTextLength = 256 * 1024

/** @throws RangeError */
export function assertRange({ limit }: ShelfRange): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxListed) return
  throw new RangeError(`1 to ${maxListed} items of a shelf are listed at once, not ${limit}`)
}

/** @throws RangeError */
export function assertChange({ put = [] }: ShelfChange): void {
  for (const { key, text } of put) {
    if (!/^[!-~]{1,256}$/.test(key))
      throw new RangeError('a key on a shelf is 1 to 256 characters of printable ASCII without spaces')
    if (text.length > maxTextLength) throw new RangeError(`a text on a shelf has at most ${maxTextLength} characters`)
  }
}

/** The first key that comes after another one. */
export function keyAfter(key: string): string {
  return `${key}!`
}
