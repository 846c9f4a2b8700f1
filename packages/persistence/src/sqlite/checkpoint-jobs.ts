import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Formats } from '../formats.ts'
import { decodeEntry } from '../record.ts'
import { bytesIn, numberIn } from './columns.ts'
import type { StoredDocument, StoredDocuments } from './stored-documents.ts'
import type { CheckpointAttempt } from './write-jobs.ts'

/**
 * The steps in which a checkpoint is written. Each may be a transaction of its own, with appends between them: the new
 * generation is written beside the old one, and only the last step makes it count (L4, L7). Until then it stands in the
 * garbage table, so that a crash leaves nothing that would not be swept.
 */
export class CheckpointJobs {
  readonly #documents: StoredDocuments
  readonly #formats: Formats
  readonly #entry: StatementSync
  readonly #tailBytes: StatementSync
  readonly #begun: StatementSync
  readonly #writeChunk: StatementSync
  readonly #writeHeader: StatementSync
  readonly #writeOutline: StatementSync
  readonly #chunkBytes: StatementSync
  readonly #discard: StatementSync
  readonly #keep: StatementSync
  readonly #flip: StatementSync

  constructor(database: DatabaseSync, documents: StoredDocuments, formats: Formats) {
    this.#documents = documents
    this.#formats = formats
    this.#entry = database.prepare('SELECT record FROM entries WHERE document = ? AND position = ?')
    this.#tailBytes = database.prepare(
      'SELECT coalesce(sum(length(record)), 0) AS bytes FROM entries WHERE document = ? AND position > ?',
    )
    this.#begun = database.prepare(
      `SELECT 1 FROM garbage WHERE document = ? AND kind = 'checkpoint' AND bound = ? AND abandoned = 0`,
    )
    this.#writeChunk = database.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?)')
    this.#writeHeader = database.prepare('INSERT INTO checkpoints VALUES (?, ?, ?)')
    this.#writeOutline = database.prepare('INSERT INTO outlines VALUES (?, ?, ?)')
    this.#chunkBytes = database.prepare(
      'SELECT coalesce(sum(length(record)), 0) AS bytes FROM chunks WHERE document = ? AND generation = ?',
    )
    this.#discard = database.prepare('INSERT OR REPLACE INTO garbage VALUES (?, ?, ?, ?)')
    this.#keep = database.prepare(`DELETE FROM garbage WHERE document = ? AND kind = 'checkpoint' AND bound = ?`)
    this.#flip = database.prepare(`
      UPDATE documents SET checkpoint_generation = ?, checkpoint_position = ?, checkpoint_tip = ?, checkpoint_bytes = ?,
        tail_bytes = ?
      WHERE key = ?
    `)
  }

  /** @throws CorruptRecordError where the entry at the checkpoint's position cannot be read */
  begin(attempt: CheckpointAttempt): boolean {
    const document = this.#replaceable(attempt)
    if (document === undefined) return false
    this.#discard.run(document.key, 'checkpoint', attempt.generation, 0)
    return true
  }

  write(attempt: CheckpointAttempt, first: number, chunks: readonly Uint8Array[]): void {
    const document = this.#documents.find(attempt.document)
    // The document may have been deleted since: the last step will say so.
    if (document === undefined || this.#begun.get(document.key, attempt.generation) === undefined) return
    for (const [index, chunk] of chunks.entries()) {
      this.#writeChunk.run(document.key, attempt.generation, first + index, chunk)
    }
  }

  /** @throws CorruptRecordError as `begin` */
  finish(attempt: CheckpointAttempt, header: Uint8Array, outline: Uint8Array | undefined): boolean {
    const document = this.#replaceable(attempt)
    if (document === undefined || this.#begun.get(document.key, attempt.generation) === undefined) {
      this.abandon(attempt)
      return false
    }
    const { key, checkpointGeneration } = document
    const { generation, position, tip } = attempt
    this.#writeHeader.run(key, generation, header)
    if (outline !== undefined) this.#writeOutline.run(key, generation, outline)
    this.#keep.run(key, generation)
    if (checkpointGeneration !== undefined) this.#discard.run(key, 'checkpoint', checkpointGeneration, 1)
    this.#discard.run(key, 'entries', position, 1)
    const bytes = sum(this.#chunkBytes, key, generation) + header.byteLength
    this.#flip.run(generation, position, tip, bytes, sum(this.#tailBytes, key, position), key)
    this.#documents.forget(document)
    return true
  }

  abandon({ document, generation }: CheckpointAttempt): void {
    const stored = this.#documents.find(document)
    if (stored === undefined || this.#begun.get(stored.key, generation) === undefined) return
    this.#discard.run(stored.key, 'checkpoint', generation, 1)
  }

  /** The document, where the attempt's conditions hold. */
  #replaceable({ document, epoch, position, tip, replaces }: CheckpointAttempt): StoredDocument | undefined {
    const stored = this.#documents.find(document)
    if (stored === undefined || stored.deleted || stored.trashed !== undefined || stored.epoch !== epoch)
      return undefined
    // No entry stands at the beginning, so there is nothing that a checkpoint of it could be made from.
    if (stored.checkpointTip !== replaces || position < 1) return undefined
    return this.#tipAt(stored, position) === tip ? stored : undefined
  }

  #tipAt(document: StoredDocument, position: number): string | undefined {
    const { key, id, checkpointPosition, checkpointTip } = document
    if (checkpointTip !== undefined && position <= checkpointPosition) {
      return position === checkpointPosition ? checkpointTip : undefined
    }
    if (position === document.position) return document.tip
    const row = this.#entry.get(key, position)
    return row === undefined ? undefined : decodeEntry(bytesIn(row, 'record'), id, position, this.#formats).tip
  }
}

function sum(statement: StatementSync, key: number, bound: number): number {
  const row = statement.get(key, bound)
  return row === undefined ? 0 : numberIn(row, 'bytes')
}
