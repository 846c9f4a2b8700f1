import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { textIn } from './columns.ts'

/** A revocation as the table has it. */
export interface StoredRevocation {
  readonly id: string
  readonly record: string
}

/** The table of revocations. */
export class StoredRevocations {
  readonly #insert: StatementSync
  readonly #forget: StatementSync
  readonly #all: StatementSync

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO revocations (id, until, record) VALUES (?, ?, ?)')
    this.#forget = database.prepare('DELETE FROM revocations WHERE until <= ?')
    this.#all = database.prepare('SELECT id, record FROM revocations ORDER BY number')
  }

  add({ id, until, record }: StoredRevocation & { readonly until: number }): void {
    this.#insert.run(id, until, record)
  }

  /** Those whose time is not over, in the order in which they came. The others are forgotten. */
  list(now: number): StoredRevocation[] {
    this.#forget.run(now)
    return this.#all.all().map((row) => ({ id: textIn(row, 'id'), record: textIn(row, 'record') }))
  }
}
