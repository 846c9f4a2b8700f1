import { isDocumentId } from '@weft/protocol'
import type { NewEntry } from '../document-log.ts'
import { BackupFormatError } from './backup-format-error.ts'
import { decodeEntryPayload, type DocumentHeading, recordTypes } from './backup-record.ts'
import { ByteSource } from './byte-source.ts'
import { type BackupRecord, readFirstLine, readRecord } from './record-reader.ts'

/** A document as a backup holds it. */
export interface BackedUpDocument {
  readonly heading: DocumentHeading
  /** The merged state, as Yjs v1 updates in causal order. */
  readonly updates: readonly Uint8Array[]
  /** What was appended after it. */
  readonly entries: readonly NewEntry[]
  /** Bytes of the backup before it. */
  readonly offset: number
}

/**
 * The documents of a backup, one at a time, each once all of it was read and found whole.
 *
 * @throws BackupFormatError where it is cut short or damaged, and where it does not end as it says
 */
export async function* backedUpDocuments(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<BackedUpDocument> {
  const source = new ByteSource(bytes)
  try {
    await readFirstLine(source)
    let read = 0
    for (;;) {
      const record = await readRecord(source, undefined)
      if (record.type === recordTypes.end) {
        await checkEnd(source, record, read)
        return
      }
      if (record.type !== recordTypes.document) throw strange(record, undefined)
      yield await readDocument(source, record)
      read++
    }
  } finally {
    await source.close()
  }
}

async function readDocument(source: ByteSource, record: BackupRecord): Promise<BackedUpDocument> {
  const heading = headingOf(record)
  const updates: Uint8Array[] = []
  while (updates.length < heading.updates) {
    updates.push((await readTyped(source, recordTypes.update, heading.id)).payload)
  }
  const entries: NewEntry[] = []
  while (entries.length < heading.entries) {
    const { payload, offset } = await readTyped(source, recordTypes.entry, heading.id)
    const entry = decodeEntryPayload(payload)
    if (entry === undefined) throw new BackupFormatError(offset, heading.id, 'an entry is not written as one')
    entries.push(entry)
  }
  return { heading, updates, entries, offset: record.offset }
}

async function readTyped(source: ByteSource, type: number, document: string): Promise<BackupRecord> {
  const record = await readRecord(source, document)
  if (record.type !== type) throw strange(record, document)
  return record
}

async function checkEnd(source: ByteSource, { payload, offset }: BackupRecord, read: number): Promise<void> {
  const end = parse(payload)
  if (end?.['documents'] !== read) {
    throw new BackupFormatError(offset, undefined, `its end does not tell of the ${read} documents before it`)
  }
  const { offset: ended } = source
  if ((await source.take(1)).byteLength > 0) throw new BackupFormatError(ended, undefined, 'it goes on after its end')
}

function headingOf({ payload, offset }: BackupRecord): DocumentHeading {
  const heading = parse(payload)
  if (heading !== undefined) {
    const { id, title, created, createdBy, updated, updates, entries } = heading
    if (
      typeof id === 'string' &&
      isDocumentId(id) &&
      typeof title === 'string' &&
      typeof createdBy === 'string' &&
      isWhole(created) &&
      isWhole(updated) &&
      isCount(updates) &&
      isCount(entries)
    ) {
      return { id, title, created, createdBy, updated, updates, entries }
    }
  }
  throw new BackupFormatError(offset, undefined, 'a document is not written as one')
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isCount(value: unknown): value is number {
  return isWhole(value) && value >= 0
}

function parse(payload: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(payload.toString())
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

function strange({ type, offset }: BackupRecord, document: string | undefined): BackupFormatError {
  return new BackupFormatError(offset, document, `a record of type ${type} has no place there`)
}
