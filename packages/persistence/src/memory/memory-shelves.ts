import {
  assertChange,
  assertRange,
  type ShelfChange,
  type ShelfItem,
  type ShelfRange,
  type Shelves,
} from '../shelves.ts'

/** Shelves that are gone with their process. */
export class MemoryShelves implements Shelves {
  readonly #shelves = new Map<string, Map<string, string>>()

  async get(shelf: string, key: string): Promise<string | undefined> {
    return this.#shelves.get(shelf)?.get(key)
  }

  async list(shelf: string, range: ShelfRange): Promise<readonly ShelfItem[]> {
    assertRange(range)
    const { from = '', before, limit, backwards = false } = range
    const found = [...(this.#shelves.get(shelf) ?? [])]
      .filter(([key]) => key >= from && (before === undefined || key < before))
      .map(([key, text]) => ({ key, text }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    return (backwards ? found.toReversed() : found).slice(0, limit)
  }

  async change(shelf: string, change: ShelfChange): Promise<boolean> {
    assertChange(change)
    const { expect = [], put = [], remove = [] } = change
    const items = this.#shelves.get(shelf) ?? new Map<string, string>()
    if (expect.some(({ key, text }) => items.get(key) !== text)) return false
    for (const key of remove) items.delete(key)
    for (const { key, text } of put) items.set(key, text)
    this.#shelves.set(shelf, items)
    if (items.size === 0) this.#shelves.delete(shelf)
    return true
  }
}
