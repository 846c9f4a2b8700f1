import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { scopesOf } from '../listing-scopes.ts'
import { trashScope } from './trash.ts'

/** Keeps the indexes by time. Newest comes first, so what is kept is the negative of the time. */
export class ListingIndex {
  readonly #insert: Readonly<Record<'by_update' | 'by_creation', StatementSync>>
  readonly #remove: Readonly<Record<'by_update' | 'by_creation', StatementSync>>

  constructor(database: DatabaseSync) {
    const insert = (table: string): StatementSync => database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?)`)
    const remove = (table: string): StatementSync =>
      database.prepare(`DELETE FROM ${table} WHERE scope = ? AND recency = ? AND id = ?`)
    this.#insert = { by_update: insert('by_update'), by_creation: insert('by_creation') }
    this.#remove = { by_update: remove('by_update'), by_creation: remove('by_creation') }
  }

  add(id: string, created: number, updated: number): void {
    for (const scope of scopesOf(id)) {
      this.#insert.by_creation.run(scope, -created, id)
      this.#insert.by_update.run(scope, -updated, id)
    }
  }

  remove(id: string, created: number, updated: number): void {
    for (const scope of scopesOf(id)) {
      this.#remove.by_creation.run(scope, -created, id)
      this.#remove.by_update.run(scope, -updated, id)
    }
  }

  /** What has been in the trash for longest comes first. */
  addTrashed(id: string, at: number): void {
    this.#insert.by_update.run(trashScope, at, id)
  }

  removeTrashed(id: string, at: number): void {
    this.#remove.by_update.run(trashScope, at, id)
  }

  move(id: string, before: number, updated: number): void {
    if (before === updated) return
    for (const scope of scopesOf(id)) {
      this.#remove.by_update.run(scope, -before, id)
      this.#insert.by_update.run(scope, -updated, id)
    }
  }
}
