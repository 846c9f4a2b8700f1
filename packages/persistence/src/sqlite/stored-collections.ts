import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CollectionChange, CollectionItem, CollectionRange } from '../collections.ts'
import { textIn } from './columns.ts'

/** Every character of a key sorts before this one. */
const afterAnyKey = '\u{7f}'

/** The table of collections. */
export class StoredCollections {
  readonly #one: StatementSync
  readonly #forwards: StatementSync
  readonly #backwards: StatementSync
  readonly #put: StatementSync
  readonly #remove: StatementSync

  constructor(database: DatabaseSync) {
    this.#one = database.prepare('SELECT text FROM collections WHERE collection = ? AND key = ?')
    const list = (direction: string): StatementSync =>
      database.prepare(
        `SELECT key, text FROM collections WHERE collection = ? AND key >= ? AND key < ? ORDER BY key ${direction} LIMIT ?`,
      )
    this.#forwards = list('ASC')
    this.#backwards = list('DESC')
    this.#put = database.prepare('INSERT OR REPLACE INTO collections VALUES (?, ?, ?)')
    this.#remove = database.prepare('DELETE FROM collections WHERE collection = ? AND key = ?')
  }

  list(
    collection: string,
    { from = '', before = afterAnyKey, limit, backwards = false }: CollectionRange,
  ): CollectionItem[] {
    const rows = (backwards ? this.#backwards : this.#forwards).all(collection, from, before, limit)
    return rows.map((row) => ({ key: textIn(row, 'key'), text: textIn(row, 'text') }))
  }

  /** @returns whether everything that was expected stood there */
  change(collection: string, { expect = [], put = [], remove = [] }: CollectionChange): boolean {
    if (expect.some(({ key, text }) => this.#get(collection, key) !== text)) return false
    for (const key of remove) this.#remove.run(collection, key)
    for (const { key, text } of put) this.#put.run(collection, key, text)
    return true
  }

  #get(collection: string, key: string): string | undefined {
    const row = this.#one.get(collection, key)
    return row === undefined ? undefined : textIn(row, 'text')
  }
}
