import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ShelfChange, ShelfItem, ShelfRange } from '../shelves.ts'
import { textIn } from './columns.ts'

/** Every character of a key sorts before this one. */
const afterAnyKey = '\u{7f}'

/** The table of shelves. */
export class StoredShelves {
  readonly #one: StatementSync
  readonly #forwards: StatementSync
  readonly #backwards: StatementSync
  readonly #put: StatementSync
  readonly #remove: StatementSync

  constructor(database: DatabaseSync) {
    this.#one = database.prepare('SELECT text FROM shelves WHERE shelf = ? AND key = ?')
    const list = (direction: string): StatementSync =>
      database.prepare(
        `SELECT key, text FROM shelves WHERE shelf = ? AND key >= ? AND key < ? ORDER BY key ${direction} LIMIT ?`,
      )
    this.#forwards = list('ASC')
    this.#backwards = list('DESC')
    this.#put = database.prepare('INSERT OR REPLACE INTO shelves VALUES (?, ?, ?)')
    this.#remove = database.prepare('DELETE FROM shelves WHERE shelf = ? AND key = ?')
  }

  list(shelf: string, { from = '', before = afterAnyKey, limit, backwards = false }: ShelfRange): ShelfItem[] {
    const rows = (backwards ? this.#backwards : this.#forwards).all(shelf, from, before, limit)
    return rows.map((row) => ({ key: textIn(row, 'key'), text: textIn(row, 'text') }))
  }

  /** @returns whether everything that was expected stood there */
  change(shelf: string, { expect = [], put = [], remove = [] }: ShelfChange): boolean {
    if (expect.some(({ key, text }) => this.#get(shelf, key) !== text)) return false
    for (const key of remove) this.#remove.run(shelf, key)
    for (const { key, text } of put) this.#put.run(shelf, key, text)
    return true
  }

  #get(shelf: string, key: string): string | undefined {
    const row = this.#one.get(shelf, key)
    return row === undefined ? undefined : textIn(row, 'text')
  }
}
