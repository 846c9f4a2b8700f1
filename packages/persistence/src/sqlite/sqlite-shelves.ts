import {
  assertChange,
  assertRange,
  type ShelfChange,
  type ShelfItem,
  type ShelfRange,
  type Shelves,
} from '../shelves.ts'
import type { Performer } from './performer.ts'

/** The shelves in SQLite. What is read of them decides what is written next, so the thread that writes reads them too. */
export class SqliteShelves implements Shelves {
  readonly #writes: Performer

  constructor(writes: Performer) {
    this.#writes = writes
  }

  async get(shelf: string, key: string): Promise<string | undefined> {
    const [first] = await this.list(shelf, { from: key, limit: 1 })
    return first?.key === key ? first.text : undefined
  }

  async list(shelf: string, range: ShelfRange): Promise<readonly ShelfItem[]> {
    assertRange(range)
    return await this.#writes.shelfItems({ type: 'list-shelf', shelf, range })
  }

  async change(shelf: string, change: ShelfChange): Promise<boolean> {
    assertChange(change)
    return await this.#writes.decide({ type: 'change-shelf', shelf, change }, '')
  }
}
