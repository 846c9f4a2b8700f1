import { isDocumentId } from '@weft/protocol'
import type { NewFile } from '../document-files.ts'
import type { NewEntry } from '../document-log.ts'
import { BackupFormatError } from './backup-format-error.ts'
import {
  decodeEntryPayload,
  decodeFilePayload,
  type DocumentHeading,
  parseObject,
  recordTypes,
} from './backup-record.ts'
import { ByteSource } from './byte-source.ts'
import { type BackupRecord, readFirstLine, readRecord } from './record-reader.ts'

/** A document as a backup holds it. */
export interface BackedUpDocument {
  readonly kind: 'document'
  readonly heading: DocumentHeading
  /** The merged state, as Yjs v1 updates in causal order. */
  readonly updates: readonly Uint8Array[]
  /** What was appended after it. */
  readonly entries: readonly NewEntry[]
  /** Bytes of the backup before it. */
  readonly offset: number
}

/** A file of the document that came before it. */
export interface BackedUpFile {
  readonly kind: 'file'
  readonly document: string
  readonly file: NewFile
}

/** How many there were of each. */
interface Counts {
  documents: number
  files: number
}

/**
 * The documents of a backup and their files, one at a time, each once all of it was read and found whole.
 *
 * @throws BackupFormatError where it is cut short or damaged, and where it does not end as it says
 */
export async function* backedUpDocuments(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<BackedUpDocument | BackedUpFile> {
  const source = new ByteSource(bytes)
  try {
    const format = await readFirstLine(source)
    const read: Counts = { documents: 0, files: 0 }
    let document: string | undefined
    for (;;) {
      const record = await readRecord(source, document)
      if (record.type === recordTypes.end) {
        await checkEnd(source, record, format, read)
        return
      }
      if (record.type === recordTypes.document) {
        const found = await readDocument(source, record)
        document = found.heading.id
        read.documents++
        yield found
      } else if (record.type === recordTypes.file && format > 1 && document !== undefined) {
        read.files++
        yield { kind: 'file', document, file: fileIn(record, document) }
      } else {
        throw strange(record, undefined)
      }
    }
  } finally {
    await source.close()
  }
}

function fileIn({ payload, offset }: BackupRecord, document: string): NewFile {
  const file = decodeFilePayload(payload)
  if (file === undefined) throw new BackupFormatError(offset, document, 'a file is not written as one')
  return file
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
  return { kind: 'document', heading, updates, entries, offset: record.offset }
}

async function readTyped(source: ByteSource, type: number, document: string): Promise<BackupRecord> {
  const record = await readRecord(source, document)
  if (record.type !== type) throw strange(record, document)
  return record
}

async function checkEnd(
  source: ByteSource,
  { payload, offset }: BackupRecord,
  format: number,
  { documents, files }: Counts,
): Promise<void> {
  const end = parseObject(payload)
  if (end?.['documents'] !== documents || (format > 1 && end['files'] !== files)) {
    const detail = `its end does not tell of the ${documents} documents and ${files} files before it`
    throw new BackupFormatError(offset, undefined, detail)
  }
  const { offset: ended } = source
  if ((await source.take(1)).byteLength > 0) throw new BackupFormatError(ended, undefined, 'it goes on after its end')
}

function headingOf({ payload, offset }: BackupRecord): DocumentHeading {
  const heading = parseObject(payload)
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

function strange({ type, offset }: BackupRecord, document: string | undefined): BackupFormatError {
  return new BackupFormatError(offset, document, `a record of type ${type} has no place there`)
}
