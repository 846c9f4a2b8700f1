import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { decodeCheckpointHeader, decodeChunk } from '../checkpoint-codec.ts'
import type { Entry, Place } from '../document-log.ts'
import { CorruptRecordError, DocumentDeletedError, DocumentNotFoundError, DocumentTrashedError } from '../errors.ts'
import type { Formats } from '../formats.ts'
import { decodeEntry } from '../record.ts'
import { type Row, bytesIn, maybeNumberIn, numberIn, textIn } from './columns.ts'
import type { EntryRun, ReadReply } from './read-requests.ts'
import { trashedAt } from './trash.ts'

/** How a part of an answer is given out, and which of its buffers go with it. */
export type Emit = (reply: ReadReply, transfer: ArrayBuffer[]) => void

/** About what one message carries. */
const runBytes = 1024 * 1024
const runEntries = 2000

/** Reads documents out of the tables, and checks that nothing is missing of them (L8). */
export class DocumentReader {
  readonly #database: DatabaseSync
  readonly #formats: Formats
  readonly #head: StatementSync
  readonly #header: StatementSync
  readonly #chunks: StatementSync
  readonly #entries: StatementSync
  readonly #hasOutlines: StatementSync
  #outlines: StatementSync | undefined

  constructor(database: DatabaseSync, formats: Formats) {
    this.#database = database
    this.#formats = formats
    this.#head = database.prepare(`
      SELECT key, epoch, deleted, position, tip, checkpoint_generation, checkpoint_position FROM documents WHERE id = ?
    `)
    this.#header = database.prepare('SELECT header FROM checkpoints WHERE document = ? AND generation = ?')
    this.#chunks = database.prepare(
      'SELECT number, record FROM chunks WHERE document = ? AND generation = ? ORDER BY number',
    )
    this.#hasOutlines = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'outlines'`)
    this.#entries = database.prepare(
      'SELECT position, record FROM entries WHERE document = ? AND position >= ? ORDER BY position',
    )
  }

  /**
   * Reads a document in one transaction, so that a checkpoint which is put in meanwhile cannot tear it.
   *
   * @throws DocumentNotFoundError, DocumentDeletedError, CorruptRecordError
   */
  load(document: string, from: number | undefined, emit: Emit): void {
    this.#database.exec('BEGIN')
    try {
      this.#load(document, from, emit)
    } finally {
      this.#database.exec('COMMIT')
    }
  }

  /** Where logs end; undefined for a document that does not exist or was deleted. */
  heads(documents: readonly string[]): (Place | undefined)[] {
    return documents.map((document) => {
      const row = this.#head.get(document)
      return row === undefined || row['deleted'] !== null ? undefined : placeIn(row)
    })
  }

  #load(document: string, from: number | undefined, emit: Emit): void {
    const row = this.#head.get(document)
    if (row === undefined) throw new DocumentNotFoundError(document)
    const mark = maybeNumberIn(row, 'deleted')
    if (trashedAt(mark) !== undefined) throw new DocumentTrashedError(document)
    if (mark !== undefined) throw new DocumentDeletedError(document)
    const key = numberIn(row, 'key')
    const head = placeIn(row)
    const generation = maybeNumberIn(row, 'checkpoint_generation')
    const trimmed = numberIn(row, 'checkpoint_position')
    if (generation === undefined || (from !== undefined && from > trimmed)) {
      this.#emitEntries(document, key, Math.max(from ?? 1, 1), head, emit)
      emit({ type: 'loaded', head }, [])
      return
    }
    this.#emitCheckpoint(document, key, generation, { epoch: head.epoch, position: trimmed }, emit)
    this.#emitEntries(document, key, trimmed + 1, head, emit)
    emit({ type: 'loaded', head }, [])
  }

  #emitCheckpoint(
    document: string,
    key: number,
    generation: number,
    { epoch, position }: Omit<Place, 'tip'>,
    emit: Emit,
  ): void {
    const row = this.#header.get(key, generation)
    if (row === undefined) throw new CorruptRecordError(document, undefined, 'the header is missing')
    const { place, stateVector, chunks } = decodeCheckpointHeader(bytesIn(row, 'header'), document, this.#formats)
    if (place.position !== position || place.epoch !== epoch) {
      throw new CorruptRecordError(document, undefined, 'the header is of another checkpoint')
    }
    const outline = this.#outline(document, key, generation)
    emit({ type: 'checkpoint', checkpoint: { place, stateVector, outline } }, [])
    let expected = 0
    for (const chunkRow of this.#chunks.iterate(key, generation)) {
      const number = numberIn(chunkRow, 'number')
      if (number !== expected) break
      const chunk = decodeChunk(bytesIn(chunkRow, 'record'), document, number, this.#formats)
      emit({ type: 'chunk', chunk }, [chunk.buffer])
      expected++
    }
    if (expected !== chunks) {
      throw new CorruptRecordError(document, undefined, `chunk ${expected} of ${chunks} is missing`)
    }
  }

  #outline(document: string, key: number, generation: number): Uint8Array | undefined {
    // A store that was last written by a Weft which kept none has no such table.
    if (this.#outlines === undefined && this.#hasOutlines.get() !== undefined) {
      this.#outlines = this.#database.prepare('SELECT record FROM outlines WHERE document = ? AND generation = ?')
    }
    const row = this.#outlines?.get(key, generation)
    return row === undefined ? undefined : decodeChunk(bytesIn(row, 'record'), document, 'outline', this.#formats)
  }

  #emitEntries(document: string, key: number, from: number, head: Place, emit: Emit): void {
    let expected = from
    let last: Entry | undefined
    let run: Entry[] = []
    let bytes = 0
    const flush = (): void => {
      if (run.length === 0) return
      const packed = pack(run, bytes)
      emit({ type: 'entries', run: packed }, [packed.bytes])
      run = []
      bytes = 0
    }
    for (const row of this.#entries.iterate(key, from)) {
      const position = numberIn(row, 'position')
      if (position !== expected) throw new CorruptRecordError(document, expected, 'the entry is missing')
      if (position > head.position) throw new CorruptRecordError(document, position, 'the log goes on past its head')
      last = decodeEntry(bytesIn(row, 'record'), document, position, this.#formats)
      run.push(last)
      bytes += last.update.byteLength
      expected++
      if (bytes >= runBytes || run.length === runEntries) flush()
    }
    flush()
    if (expected <= head.position) throw new CorruptRecordError(document, expected, 'the entry is missing')
    if (last !== undefined && last.tip !== head.tip) {
      throw new CorruptRecordError(document, last.position, 'the last entry is not the one that the head names')
    }
  }
}

function placeIn(row: Row): Place {
  return { epoch: textIn(row, 'epoch'), position: numberIn(row, 'position'), tip: textIn(row, 'tip') }
}

function pack(entries: readonly Entry[], size: number): EntryRun {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const { update } of entries) {
    bytes.set(update, at)
    at += update.byteLength
  }
  return {
    first: entries[0]?.position ?? 0,
    tips: entries.map(({ tip }) => tip),
    actors: entries.map(({ actor }) => actor),
    times: entries.map((entry) => entry.at),
    lengths: entries.map(({ update }) => update.byteLength),
    bytes: bytes.buffer,
  }
}
