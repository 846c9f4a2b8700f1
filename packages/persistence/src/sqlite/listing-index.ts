import type { DatabaseSync, StatementSync } from 'node:sqlite'

/**
 * An index of all documents by time serves a listing of all of them, but not one of those in a folder: their places in it
 * may be far apart. So each document stands in the index once for every scope that it is in: all documents, and each of
 * the first folders of its id. `a/b/c` is in the scopes ``, `a/` and `a/b/`.
 */
const maxScopeDepth = 4

/** The scopes that a document stands in. */
export function scopesOf(id: string): string[] {
  const scopes = ['']
  for (
    let slash = id.indexOf('/');
    slash !== -1 && scopes.length <= maxScopeDepth;
    slash = id.indexOf('/', slash + 1)
  ) {
    scopes.push(id.slice(0, slash + 1))
  }
  return scopes
}

/** The smallest scope that holds every id with a prefix. Where it is the prefix itself, it holds no others. */
export function scopeOfPrefix(prefix: string): string {
  return scopesOf(prefix).at(-1) ?? ''
}

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

  move(id: string, before: number, updated: number): void {
    if (before === updated) return
    for (const scope of scopesOf(id)) {
      this.#remove.by_update.run(scope, -before, id)
      this.#insert.by_update.run(scope, -updated, id)
    }
  }
}
