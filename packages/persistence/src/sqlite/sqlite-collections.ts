import {
  assertChange,
  assertRange,
  type CollectionChange,
  type CollectionItem,
  type CollectionRange,
  type Collections,
} from '../collections.ts'
import type { Performer } from './performer.ts'

/** The collections in SQLite. What is read of them decides what is written next, so the thread that writes reads them too. */
export class SqliteCollections implements Collections {
  readonly #writes: Performer

  constructor(writes: Performer) {
    this.#writes = writes
  }

  async get(collection: string, key: string): Promise<string | undefined> {
    const [first] = await this.list(collection, { from: key, limit: 1 })
    return first?.key === key ? first.text : undefined
  }

  async list(collection: string, range: CollectionRange): Promise<readonly CollectionItem[]> {
    assertRange(range)
    return await this.#writes.collectionItems({ type: 'list-collection', collection, range })
  }

  async change(collection: string, change: CollectionChange): Promise<boolean> {
    assertChange(change)
    return await this.#writes.decide({ type: 'change-collection', collection, change }, '')
  }
}
