import { sameLife } from '@weft/protocol'
import type { DocumentRecord } from '../document-catalog.ts'
import { FileNotFoundError, type FileRecord } from '../document-files.ts'
import type { LoadedDocument } from '../document-log.ts'
import { CorruptRecordError, DocumentDeletedError, DocumentNotFoundError } from '../errors.ts'
import { maxPageSize } from '../checked-arguments.ts'
import type { StoreReader } from '../store.ts'
import {
  backupFormat,
  backupName,
  type DocumentHeading,
  encodeEntryPayload,
  encodeFilePayload,
  encodeHeader,
  recordTypes,
} from './backup-record.ts'

/** What a backup reads: an open store, or a `StoreReader`. */
type Source = Pick<StoreReader, 'log' | 'catalog' | 'files'>

/** What a store holds of one life of a document. */
interface WholeDocument {
  readonly record: DocumentRecord
  readonly loaded: LoadedDocument
}

/** What of a store is backed up. */
export interface BackupOptions {
  /** Only documents whose ids begin so. */
  readonly prefix?: string
  /** Only documents of which this is true. */
  readonly includes?: (document: string) => boolean
  /** Called with each document that is in the backup, once it is. */
  readonly onDocument?: (document: string) => void
  /** Called with a document, or a file of one, that cannot be read and is left out. Without this, it ends the backup. */
  readonly onUnreadable?: (error: CorruptRecordError) => void
}

/** Smaller pieces are put together into ones of this size, since each costs a write. In bytes. */
const pieceBytes = 64 * 1024

/**
 * The documents of a store as a backup (docs/backup-format.md), while the store is in use. Each document is as it was at one
 * moment, and has everything that was saved in it before the backup began. Ones that are created meanwhile may be in it, ones
 * that are deleted before their turn are not. No more than one document or file is held in memory.
 *
 * @throws CorruptRecordError where a document cannot be read and nobody said what then; StoreUnavailableError
 */
export async function* writeBackup(store: Source, options: BackupOptions = {}): AsyncGenerator<Uint8Array> {
  yield* inPieces(parts(store, options))
}

async function* parts(store: Source, options: BackupOptions): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${backupName}${backupFormat}\n`)
  let [documents, files] = [0, 0]
  const { prefix, includes = (): boolean => true } = options
  for await (const id of idsOf(store.catalog, prefix)) {
    if (!includes(id)) continue
    const document = await readable(store, id, options)
    if (document === undefined) continue
    yield* partsOf(document.record, document.loaded)
    documents++
    for await (const { record: file, content } of filesOf(store, id, document.loaded.head.epoch, options)) {
      yield* record(recordTypes.file, encodeFilePayload(file, content))
      files++
    }
    options.onDocument?.(id)
  }
  yield* record(recordTypes.end, jsonOf({ documents, files }))
}

/** By name: documents that come and go meanwhile move nothing from one page to another. */
async function* idsOf(catalog: Source['catalog'], prefix: string | undefined): AsyncGenerator<string> {
  let cursor: string | undefined
  do {
    const page = await catalog.list({
      order: 'name',
      limit: maxPageSize,
      ...(prefix === undefined ? {} : { prefix }),
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const { id } of page.documents) yield id
    cursor = page.next
  } while (cursor !== undefined)
}

async function readable(store: Source, id: string, options: BackupOptions): Promise<WholeDocument | undefined> {
  try {
    return await readDocument(store, id)
  } catch (error) {
    leaveOut(error, options)
    return undefined
  }
}

/** One life of a document, its metadata and its log; undefined where it is gone. */
async function readDocument({ log, catalog }: Source, id: string): Promise<WholeDocument | undefined> {
  for (;;) {
    const [head] = await log.heads([id])
    const record = await catalog.get(id)
    if (head === undefined || record === undefined) return undefined
    try {
      const loaded = await log.load(id)
      // Otherwise it was deleted and made anew in between, and the two may be of different lives.
      if (loaded.head.epoch === head.epoch) return { record, loaded }
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }
}

/** The files of one life of a document, each read whole before any of it is written: it may be removed meanwhile. */
async function* filesOf(
  { log, files }: Source,
  document: string,
  epoch: string,
  options: BackupOptions,
): AsyncGenerator<{ readonly record: FileRecord; readonly content: Uint8Array }> {
  for (const record of await listed(files, document, options)) {
    try {
      const content = await gathered(files.read(document, record.hash))
      const [head] = await log.heads([document])
      // What follows is of the document's next life, or of none.
      if (head === undefined || !sameLife(head.epoch, epoch)) return
      yield { record, content }
    } catch (error) {
      if (!isGone(error) && !(error instanceof FileNotFoundError)) leaveOut(error, options)
    }
  }
}

async function listed(
  files: Source['files'],
  document: string,
  options: BackupOptions,
): Promise<readonly FileRecord[]> {
  try {
    return await files.list(document)
  } catch (error) {
    if (!isGone(error)) leaveOut(error, options)
    return []
  }
}

/** @throws what cannot be left out, or nobody wants to be */
function leaveOut(error: unknown, { onUnreadable }: BackupOptions): void {
  if (onUnreadable === undefined || !(error instanceof CorruptRecordError)) throw error
  onUnreadable(error)
}

async function gathered(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return Buffer.concat(all)
}

function isGone(error: unknown): boolean {
  return error instanceof DocumentDeletedError || error instanceof DocumentNotFoundError
}

function* partsOf(document: DocumentRecord, { checkpoint, entries }: LoadedDocument): Generator<Uint8Array> {
  const { id, title, created, createdBy, updated } = document
  const updates = checkpoint?.chunks ?? []
  const heading: DocumentHeading = {
    id,
    title,
    created,
    createdBy,
    updated,
    updates: updates.length,
    entries: entries.length,
  }
  yield* record(recordTypes.document, jsonOf(heading))
  for (const update of updates) yield* record(recordTypes.update, update)
  for (const entry of entries) yield* record(recordTypes.entry, encodeEntryPayload(entry))
}

function* record(type: number, payload: Uint8Array): Generator<Uint8Array> {
  yield encodeHeader(type, payload)
  yield payload
}

function jsonOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value))
}

async function* inPieces(small: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = []
  let bytes = 0
  for await (const part of small) {
    gathered.push(part)
    bytes += part.byteLength
    if (bytes < pieceBytes) continue
    yield Buffer.concat(gathered)
    gathered = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(gathered)
}
