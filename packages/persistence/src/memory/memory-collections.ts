import {
  assertChange,
  assertRange,
  type CollectionChange,
  type CollectionItem,
  type CollectionRange,
  type Collections,
} from '../collections.ts'

/** Collections that are gone with their process. */
export class MemoryCollections implements Collections {
  readonly #collections = new Map<string, Map<string, string>>()

  async get(collection: string, key: string): Promise<string | undefined> {
    return this.#collections.get(collection)?.get(key)
  }

  async list(collection: string, range: CollectionRange): Promise<readonly CollectionItem[]> {
    assertRange(range)
    const { from = '', before, limit, backwards = false } = range
    const found = [...(this.#collections.get(collection) ?? [])]
      .filter(([key]) => key >= from && (before === undefined || key < before))
      .map(([key, text]) => ({ key, text }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    return (backwards ? found.toReversed() : found).slice(0, limit)
  }

  async change(collection: string, change: CollectionChange): Promise<boolean> {
    assertChange(change)
    const { expect = [], put = [], remove = [] } = change
    const items = this.#collections.get(collection) ?? new Map<string, string>()
    if (expect.some(({ key, text }) => items.get(key) !== text)) return false
    for (const key of remove) items.delete(key)
    for (const { key, text } of put) items.set(key, text)
    this.#collections.set(collection, items)
    if (items.size === 0) this.#collections.delete(collection)
    return true
  }
}
