import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { nextPlace } from '../change-cursor.ts'
import {
  decodeFeedEntry,
  type DocumentFacts,
  encodeFeedEntry,
  entryAfter,
  type FeedEntry,
  happenedSince,
} from '../feed-entry.ts'
import { maybeNumberIn, numberIn, textIn } from './columns.ts'
import { trashedAt } from './trash.ts'

/** A document's entry in the feed, and its place. */
export interface StoredChange {
  readonly document: string
  readonly place: number
  readonly entry: FeedEntry
}

/** Documents that are given their places at once: a few milliseconds' worth, in which appends wait. */
const settledAtOnce = 200
/** Where nobody reads the feed, documents are given their places once so many wait for it, a few at a time. */
const maxMarked = 2_000
const settledByMarking = 50

/**
 * The feed of changes. Whatever changes a document marks it, once until it has its place in the feed, which it is given when
 * the feed is read: so a document that is written to all the time costs nothing more for each append.
 *
 * `forgetAll` has to follow every transaction that did not happen.
 */
export class StoredChanges {
  readonly #marked = new Set<string>()
  readonly #mark: StatementSync
  readonly #marks: StatementSync
  readonly #unmark: StatementSync
  readonly #facts: StatementSync
  readonly #entry: StatementSync
  readonly #put: StatementSync
  readonly #last: StatementSync
  readonly #name: StatementSync
  readonly #after: StatementSync

  constructor(database: DatabaseSync) {
    this.#mark = database.prepare('INSERT INTO unfed (id) VALUES (?)')
    this.#marks = database.prepare('SELECT number, id FROM unfed ORDER BY number LIMIT ?')
    this.#unmark = database.prepare('DELETE FROM unfed WHERE number <= ?')
    this.#facts = database.prepare('SELECT epoch, deleted, title, tip FROM documents WHERE id = ?')
    this.#entry = database.prepare('SELECT entry FROM changes WHERE id = ?')
    this.#put = database.prepare('INSERT OR REPLACE INTO changes VALUES (?, ?, ?)')
    this.#last = database.prepare('SELECT max(place) AS last FROM changes')
    this.#name = database.prepare('SELECT name FROM feed')
    this.#after = database.prepare('SELECT id, place, entry FROM changes WHERE place > ? ORDER BY place LIMIT ?')
  }

  /** Something of a document was changed. */
  mark(document: string): void {
    if (this.#marked.has(document)) return
    this.#mark.run(document)
    this.#marked.add(document)
    if (this.#marked.size > maxMarked) this.#settle(settledByMarking)
  }

  forgetAll(): void {
    this.#marked.clear()
  }

  /** What the feed is called. */
  name(): string {
    return textIn(this.#name.get() ?? {}, 'name')
  }

  /** Gives places to some that wait for them. @returns the last place, and whether others wait */
  settle(): { readonly last: number; readonly more: boolean } {
    this.#settle(settledAtOnce)
    return { last: this.#lastPlace(), more: this.#marks.get(1) !== undefined }
  }

  /** Those that are after a place. */
  after(place: number, limit: number): StoredChange[] {
    return this.#after.all(place, limit).flatMap((row) => {
      const entry = decodeFeedEntry(textIn(row, 'entry'))
      return entry === undefined ? [] : [{ document: textIn(row, 'id'), place: numberIn(row, 'place'), entry }]
    })
  }

  #settle(limit: number): void {
    const marks = this.#marks.all(limit).map((row) => ({ number: numberIn(row, 'number'), id: textIn(row, 'id') }))
    const last = marks.at(-1)
    if (last === undefined) return
    let place = this.#lastPlace()
    for (const id of new Set(marks.map((mark) => mark.id))) {
      this.#marked.delete(id)
      const facts = this.#factsOf(id)
      if (facts === undefined) continue
      const before = this.#entry.get(id)
      const entry = before === undefined ? undefined : decodeFeedEntry(textIn(before, 'entry'))
      const happened = happenedSince(entry, facts)
      if (happened.length === 0) continue
      place = nextPlace(place, Date.now())
      this.#put.run(id, place, encodeFeedEntry(entryAfter(entry, facts, happened, place)))
    }
    this.#unmark.run(last.number)
  }

  #factsOf(id: string): DocumentFacts | undefined {
    const row = this.#facts.get(id)
    if (row === undefined) return undefined
    const deleted = maybeNumberIn(row, 'deleted')
    const state = deleted === undefined ? 'live' : trashedAt(deleted) === undefined ? 'erased' : 'trashed'
    return { epoch: textIn(row, 'epoch'), state, title: textIn(row, 'title'), tip: textIn(row, 'tip') }
  }

  #lastPlace(): number {
    const row = this.#last.get()
    return (row && maybeNumberIn(row, 'last')) ?? 0
  }
}
