import { crc32 } from 'node:zlib'
import type { DocumentRecord } from '../document-catalog.ts'
import type { FileRecord, NewFile } from '../document-files.ts'
import type { NewEntry } from '../document-log.ts'
import { hashOf } from '../file-codec.ts'

/**
 * The bytes of a backup, as docs/backup-format.md has them: a line that names the format, then records, the last of which
 * says that it is the last.
 *
 * @module
 */

/** The format that is written. It grows with every change that an older Weft could not read. */
export const backupFormat = 2

/** The oldest format that is read: it has no files, and is otherwise the same. */
export const oldestBackupFormat = 1

/** What a backup begins with, before the number of its format. */
export const backupName = 'weft-backup '

/** Longest first line, its end included: no number of a format comes near. */
export const longestFirstLine = 32

/** What a record is. */
export const recordTypes = { document: 1, update: 2, entry: 3, end: 4, file: 5 } as const

/** Type (1 byte), length of the payload (uint32), CRC-32 of the payload, CRC-32 of the nine bytes before it. Little endian. */
export const recordHeaderBytes = 13

/** A longer payload is refused, so that nobody can be made to gather more. Weft's documents end long before, at 256 MiB. */
export const longestPayload: number = 512 * 1024 * 1024

/** What a document's record says: its metadata, and how many records of its content follow. */
export interface DocumentHeading extends Omit<DocumentRecord, 'bytes'> {
  /** Records of the merged state, in causal order. */
  readonly updates: number
  /** Records of entries that came after it, in order. */
  readonly entries: number
}

/** A record's header. The payload follows it as it is, so that a large one need not be copied. */
export function encodeHeader(type: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(recordHeaderBytes)
  header.writeUInt8(type, 0)
  header.writeUInt32LE(payload.byteLength, 1)
  header.writeUInt32LE(crc32(payload), 5)
  header.writeUInt32LE(crc32(header.subarray(0, 9)), 9)
  return header
}

/** Time (float64), length of the actor (uint16); then actor and update. */
const entryHeaderBytes = 10

/** An entry's payload. Its place is not kept: another log gives it another one. */
export function encodeEntryPayload({ update, actor, at }: NewEntry): Buffer {
  const actorBytes = Buffer.byteLength(actor)
  const payload = Buffer.alloc(entryHeaderBytes + actorBytes + update.byteLength)
  payload.writeDoubleLE(at, 0)
  payload.writeUInt16LE(actorBytes, 8)
  payload.write(actor, entryHeaderBytes)
  payload.set(update, entryHeaderBytes + actorBytes)
  return payload
}

/** The entry that {@link encodeEntryPayload} made a payload of; undefined where it is none. Its update is a view. */
export function decodeEntryPayload(payload: Buffer): NewEntry | undefined {
  if (payload.byteLength < entryHeaderBytes) return undefined
  const at = payload.readDoubleLE(0)
  const actorEnd = entryHeaderBytes + payload.readUInt16LE(8)
  if (payload.byteLength < actorEnd || !Number.isSafeInteger(at)) return undefined
  return { at, actor: payload.toString('utf8', entryHeaderBytes, actorEnd), update: payload.subarray(actorEnd) }
}

/** Length of what is said of the file (uint32); then that, then its bytes. */
const fileHeaderBytes = 4

/** What a file's record says of it. The hash tells whether its bytes are as they were. */
type FileHeading = Omit<FileRecord, 'bytes'>

/** A file's payload. */
export function encodeFilePayload({ hash, name, type, created, createdBy }: FileRecord, content: Uint8Array): Buffer {
  const heading: FileHeading = { hash, name, type, created, createdBy }
  const text = JSON.stringify(heading)
  const headingBytes = Buffer.byteLength(text)
  const payload = Buffer.alloc(fileHeaderBytes + headingBytes + content.byteLength)
  payload.writeUInt32LE(headingBytes, 0)
  payload.write(text, fileHeaderBytes)
  payload.set(content, fileHeaderBytes + headingBytes)
  return payload
}

/** The file that {@link encodeFilePayload} made a payload of; undefined where it is none. Its content is a view. */
export function decodeFilePayload(payload: Buffer): NewFile | undefined {
  if (payload.byteLength < fileHeaderBytes) return undefined
  const headingEnd = fileHeaderBytes + payload.readUInt32LE(0)
  if (payload.byteLength < headingEnd) return undefined
  const heading = parseObject(payload.subarray(fileHeaderBytes, headingEnd))
  const { hash, name, type, created, createdBy } = heading ?? {}
  const content = payload.subarray(headingEnd)
  if (hash !== hashOf(content)) return undefined
  if (typeof name !== 'string' || typeof type !== 'string' || typeof createdBy !== 'string') return undefined
  if (typeof created !== 'number' || !Number.isSafeInteger(created)) return undefined
  return { name, type, created, createdBy, content }
}

/** A payload that is a JSON object; undefined where it is none. */
export function parseObject(payload: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(payload.toString())
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}
