import { createHash } from 'node:crypto'
import type { ByteRange, FileRecord, NewFile } from './document-files.ts'
import { CorruptRecordError } from './errors.ts'
import type { Formats } from './formats.ts'
import { openRecord, sealRecord } from './record.ts'

/** How many bytes of a file are kept together. More would hold up whoever waits for the store. */
const chunkBytes = 256 * 1024

/** A file's record as stores keep it. */
export interface StoredFileRecord extends FileRecord {
  /** Bytes of each of its chunks but the last. */
  readonly chunkBytes: number
}

/** What names a file within its document. */
export function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** What a store keeps of a new file. */
export function recordOf({ name, type, created, createdBy, content }: NewFile): StoredFileRecord {
  const hash = hashOf(content)
  return { hash, name, type, bytes: content.byteLength, created, createdBy, chunkBytes }
}

/** A record without what only stores need. */
export function shown({ hash, name, type, bytes, created, createdBy }: StoredFileRecord): FileRecord {
  return { hash, name, type, bytes, created, createdBy }
}

/** Records as a listing shows them: the oldest first. */
export function inOrder(records: readonly StoredFileRecord[]): FileRecord[] {
  return records.toSorted((a, b) => a.created - b.created || (a.hash < b.hash ? -1 : 1)).map(shown)
}

/** A file's record as bytes. */
export function encodeFileRecord(record: StoredFileRecord, formats: Formats): Buffer {
  const text = JSON.stringify(record)
  return sealRecord(Buffer.byteLength(text), formats, (payload) => void payload.write(text))
}

/** The record that {@link encodeFileRecord} made bytes of. @throws CorruptRecordError */
export function decodeFileRecord(sealed: Uint8Array, document: string, formats: Formats): StoredFileRecord {
  const text = openRecord(sealed, document, undefined, formats, 'record of a file').toString()
  const fields = parsed(text)
  if (!isStoredRecord(fields)) {
    throw new CorruptRecordError(document, undefined, 'the record of a file lacks something')
  }
  return fields
}

/** A file's chunks as records, in order. */
export function* fileChunks(content: Uint8Array, formats: Formats): Generator<Buffer> {
  for (let start = 0; start < content.byteLength; start += chunkBytes) {
    const part = content.subarray(start, start + chunkBytes)
    yield sealRecord(part.byteLength, formats, (payload) => payload.set(part))
  }
}

/** The bytes that {@link fileChunks} made a record of. @throws CorruptRecordError */
export function openFileChunk(sealed: Uint8Array, document: string, number: number, formats: Formats): Uint8Array {
  return openRecord(sealed, document, undefined, formats, `chunk ${number} of a file`)
}

/**
 * A range of a file, a chunk at a time.
 *
 * @param chunk gives the bytes of one
 * @throws CorruptRecordError where a chunk is not as long as it must be; and what `chunk` throws
 */
export async function* readChunks(
  document: string,
  { bytes, chunkBytes: each }: StoredFileRecord,
  { start, end }: ByteRange,
  chunk: (number: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const last = Math.min(end, bytes)
  for (let at = start; at < last;) {
    const number = Math.floor(at / each)
    const first = number * each
    const content = await chunk(number)
    if (content.byteLength !== Math.min(each, bytes - first)) {
      throw new CorruptRecordError(document, undefined, `chunk ${number} of a file is of another length`)
    }
    yield content.subarray(at - first, last - first)
    at = first + content.byteLength
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isStoredRecord(fields: unknown): fields is StoredFileRecord {
  if (typeof fields !== 'object' || fields === null) return false
  const { hash, name, type, bytes, created, createdBy, chunkBytes: each }: Record<string, unknown> = { ...fields }
  const texts = [hash, name, type, createdBy]
  const numbers = [bytes, created]
  return (
    texts.every((text) => typeof text === 'string') &&
    numbers.every((number) => Number.isSafeInteger(number)) &&
    typeof each === 'number' &&
    Number.isSafeInteger(each) &&
    each > 0
  )
}
