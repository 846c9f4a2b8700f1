import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { NewDocument } from '../document-catalog.ts'
import { nextLife } from '../new-epoch.ts'
import { maybeNumberIn, maybeTextIn, numberIn, textIn } from './columns.ts'
import { ListingIndex } from './listing-index.ts'
import { TitleIndex } from './title-index.ts'
import { UpdateOrder } from './update-order.ts'
import { markOfTrash, trashedAt } from './trash.ts'
import type { StoredChanges } from './stored-changes.ts'
import type { Refusal } from './write-jobs.ts'

/** A document's row, as far as writing needs it. */
export interface StoredDocument {
  readonly key: number
  readonly id: string
  readonly epoch: string
  readonly deleted: boolean
  /** Since when it is in the trash. */
  readonly trashed: number | undefined
  readonly position: number
  readonly tip: string
  readonly appendToken: string | undefined
  readonly appendFirst: number
  readonly appendPreviousTip: string
  readonly checkpointGeneration: number | undefined
  readonly checkpointPosition: number
  readonly checkpointTip: string | undefined
  readonly created: number
  readonly updated: number
}

/** What an append changes of a row. */
export interface AppendedTo {
  readonly position: number
  readonly tip: string
  readonly token: string
  readonly first: number
  readonly addedBytes: number
  readonly at: number
}

/** Rows that are kept in memory: those of the documents that are being written to. About 400 bytes each. */
const maxRemembered = 5000

/**
 * The table of documents with its indexes, for the write thread. Every change of it keeps the listing right.
 *
 * Nobody else writes to the table, so rows that were read or written lately are kept: reading one costs as much as
 * appending to it. `forgetAll` has to follow every transaction that did not happen.
 */
export class StoredDocuments {
  readonly #remembered = new Map<string, StoredDocument>()
  readonly #changes: StoredChanges
  readonly #listing: ListingIndex
  readonly #order: UpdateOrder
  readonly #titles: TitleIndex
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #remove: StatementSync
  readonly #append: StatementSync
  readonly #setTitle: StatementSync
  readonly #bury: StatementSync
  readonly #mark: StatementSync
  readonly #discard: StatementSync
  readonly #discardFiles: StatementSync

  constructor(database: DatabaseSync, changes: StoredChanges) {
    this.#changes = changes
    this.#listing = new ListingIndex(database)
    this.#order = new UpdateOrder(database, this.#listing)
    this.#titles = new TitleIndex(database)
    this.#find = database.prepare(`
      SELECT key, epoch, deleted, position, tip, append_token, append_first, append_previous_tip, checkpoint_generation,
        checkpoint_position, checkpoint_tip, created, updated
      FROM documents WHERE id = ?
    `)
    this.#insert = database.prepare(
      'INSERT INTO documents (id, epoch, title, created, created_by, updated) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#remove = database.prepare('DELETE FROM documents WHERE key = ?')
    this.#append = database.prepare(`
      UPDATE documents SET position = ?, tip = ?, append_token = ?, append_first = ?, append_previous_tip = ?,
        tail_bytes = tail_bytes + ?, updated = ?
      WHERE key = ?
    `)
    this.#setTitle = database.prepare('UPDATE documents SET title = ?, updated = ? WHERE key = ?')
    this.#bury = database.prepare(
      `INSERT INTO documents (id, epoch, deleted, title, created, created_by, updated) VALUES (?, ?, ?, '', 0, '', 0)`,
    )
    this.#mark = database.prepare('UPDATE documents SET deleted = ? WHERE key = ?')
    this.#discard = database.prepare(`INSERT INTO garbage VALUES (?, 'document', 0, 1)`)
    this.#discardFiles = database.prepare(`UPDATE files SET state = 'swept' WHERE document = ? AND state = 'there'`)
  }

  find(id: string): StoredDocument | undefined {
    const remembered = this.#remembered.get(id)
    if (remembered !== undefined) return remembered
    const row = this.#find.get(id)
    if (row === undefined) return undefined
    const mark = maybeNumberIn(row, 'deleted')
    const trashed = trashedAt(mark)
    return this.#remember({
      key: numberIn(row, 'key'),
      id,
      epoch: textIn(row, 'epoch'),
      deleted: mark !== undefined && trashed === undefined,
      trashed,
      position: numberIn(row, 'position'),
      tip: textIn(row, 'tip'),
      appendToken: maybeTextIn(row, 'append_token'),
      appendFirst: numberIn(row, 'append_first'),
      appendPreviousTip: textIn(row, 'append_previous_tip'),
      checkpointGeneration: maybeNumberIn(row, 'checkpoint_generation'),
      checkpointPosition: numberIn(row, 'checkpoint_position'),
      checkpointTip: maybeTextIn(row, 'checkpoint_tip'),
      created: numberIn(row, 'created'),
      updated: numberIn(row, 'updated'),
    })
  }

  /** After a row was changed by other means. */
  forget({ id }: StoredDocument): void {
    this.#remembered.delete(id)
  }

  /** After a transaction was rolled back. */
  forgetAll(): void {
    this.#remembered.clear()
    this.#order.forgetAll()
  }

  /** Puts documents in their places in the index by update. @returns whether there are more */
  settleListing(): boolean {
    return this.#order.settle()
  }

  #remember(document: StoredDocument): StoredDocument {
    // A map keeps the order of insertion: the first is the one that has gone longest without a change.
    this.#remembered.delete(document.id)
    const [oldest] = this.#remembered.size < maxRemembered ? [] : this.#remembered.keys()
    if (oldest !== undefined) this.#remembered.delete(oldest)
    this.#remembered.set(document.id, document)
    return document
  }

  /** A document that exists, or why it cannot be written to. */
  live(id: string): StoredDocument | Refusal {
    const document = this.find(id)
    if (document === undefined) return { reason: 'not-found' }
    if (document.trashed !== undefined) return { reason: 'trashed' }
    return document.deleted ? { reason: 'deleted' } : document
  }

  /** One that is there, in the trash or not, or why it is not. */
  present(id: string): StoredDocument | Refusal {
    const document = this.find(id)
    if (document === undefined) return { reason: 'not-found' }
    return document.deleted ? { reason: 'deleted' } : document
  }

  create({ id, title, createdBy, at }: NewDocument, epoch: string): void {
    this.#insert.run(id, epoch, title, at, createdBy, at)
    this.#listing.add(id, at, at)
    this.#titles.add(id, title)
    this.#changes.mark(id)
  }

  append(document: StoredDocument, { position, tip, token, first, addedBytes, at }: AppendedTo): void {
    const updated = Math.max(document.updated, at)
    this.#append.run(position, tip, token, first, document.tip, addedBytes, updated, document.key)
    if (updated !== document.updated) this.#order.leave(document.id, document.updated)
    this.#changes.mark(document.id)
    this.#remember({
      ...document,
      position,
      tip,
      appendToken: token,
      appendFirst: first,
      appendPreviousTip: document.tip,
      updated,
    })
  }

  /** @returns false, with nothing changed, where the title is not the expected one */
  setTitle(document: StoredDocument, title: string, at: number, expected: string | undefined): boolean {
    this.forget(document)
    const updated = Math.max(document.updated, at)
    if (expected !== undefined && this.#titles.titleOf(document.id) !== expected) return false
    this.#titles.remove(document.id)
    this.#setTitle.run(title, updated, document.key)
    this.#titles.add(document.id, title)
    this.#listing.move(document.id, this.#order.take(document.id, document.updated), updated)
    this.#changes.mark(document.id)
    return true
  }

  /** Leaves a tombstone. What the document held counts as gone at once; the sweep takes it away. */
  delete(document: StoredDocument, at: number): void {
    const { key, id, epoch, created, updated, trashed } = document
    this.forget(document)
    if (trashed === undefined) this.#listing.remove(id, created, this.#order.take(id, updated))
    else this.#listing.removeTrashed(id, trashed)
    this.#titles.remove(id)
    this.#remove.run(key)
    this.#bury.run(id, nextLife(epoch), at)
    this.#discard.run(key)
    this.#changes.mark(id)
    this.#discardFiles.run(key)
  }

  trash(document: StoredDocument, at: number): void {
    const { key, id, created, updated } = document
    this.forget(document)
    this.#listing.remove(id, created, this.#order.take(id, updated))
    this.#listing.addTrashed(id, at)
    this.#mark.run(markOfTrash(at), key)
    this.#changes.mark(id)
  }

  restore({ key, id, created, updated }: StoredDocument, trashed: number): void {
    this.#remembered.delete(id)
    this.#listing.removeTrashed(id, trashed)
    this.#listing.add(id, created, updated)
    this.#mark.run(null, key)
    this.#changes.mark(id)
  }

  /** Puts a new, empty document in the place of a tombstone. */
  recreate(tombstone: StoredDocument, document: NewDocument): void {
    this.forget(tombstone)
    this.#remove.run(tombstone.key)
    this.create(document, nextLife(tombstone.epoch))
  }
}
