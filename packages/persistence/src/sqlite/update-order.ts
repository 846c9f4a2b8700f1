import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { numberIn, textIn } from './columns.ts'
import type { ListingIndex } from './listing-index.ts'

/** Where nobody lists by update, documents are put in their places once so many stand elsewhere, a few at a time. */
const maxElsewhere = 500
/** Documents that are put in their places at once: a few milliseconds' worth, in which appends wait. */
const settledAtOnce = 100

/**
 * Keeps the index by update right when it is read. A document that is written to stays in it where it stood, which is written down
 * once, and is put in its place before the index is read: so one that is written to all the time costs nothing more for each
 * append.
 *
 * `forgetAll` has to follow every transaction that did not happen.
 */
export class UpdateOrder {
  readonly #listing: ListingIndex
  /** Under which time those documents stand in the index that stand elsewhere than their row says. */
  #elsewhere: Map<string, number> | undefined
  readonly #note: StatementSync
  readonly #noted: StatementSync
  readonly #strike: StatementSync
  readonly #updated: StatementSync

  constructor(database: DatabaseSync, listing: ListingIndex) {
    this.#listing = listing
    this.#note = database.prepare('INSERT INTO unlisted VALUES (?, ?)')
    this.#noted = database.prepare('SELECT id, listed FROM unlisted')
    this.#strike = database.prepare('DELETE FROM unlisted WHERE id = ?')
    this.#updated = database.prepare('SELECT updated FROM documents WHERE id = ? AND deleted IS NULL')
  }

  /** A document was updated later than its row said. @param before what that was */
  leave(id: string, before: number): void {
    const elsewhere = this.#found()
    if (elsewhere.has(id)) return
    this.#note.run(id, before)
    elsewhere.set(id, before)
    if (elsewhere.size > maxElsewhere) this.settle()
  }

  /** Under which time a document stands in the index; from here on it is the caller who keeps it there. @param updated what its row says */
  take(id: string, updated: number): number {
    const listed = this.#found().get(id)
    if (listed === undefined) return updated
    this.#strike.run(id)
    this.#found().delete(id)
    return listed
  }

  /** Puts some that stand elsewhere in their places. @returns whether there are more */
  settle(): boolean {
    const elsewhere = this.#found()
    for (const id of [...elsewhere.keys()].slice(0, settledAtOnce)) {
      const row = this.#updated.get(id)
      const updated = row === undefined ? undefined : numberIn(row, 'updated')
      const listed = this.take(id, updated ?? 0)
      if (updated !== undefined) this.#listing.move(id, listed, updated)
    }
    return elsewhere.size > 0
  }

  forgetAll(): void {
    this.#elsewhere = undefined
  }

  #found(): Map<string, number> {
    this.#elsewhere ??= new Map(this.#noted.all().map((row) => [textIn(row, 'id'), numberIn(row, 'listed')]))
    return this.#elsewhere
  }
}
