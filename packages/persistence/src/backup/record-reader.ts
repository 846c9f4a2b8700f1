import { crc32 } from 'node:zlib'
import { BackupFormatError } from './backup-format-error.ts'
import {
  backupFormat,
  backupName,
  longestFirstLine,
  longestPayload,
  oldestBackupFormat,
  recordHeaderBytes,
} from './backup-record.ts'
import type { ByteSource } from './byte-source.ts'

/** A record of a backup whose checksums are right. */
export interface BackupRecord {
  readonly type: number
  readonly payload: Buffer
  /** Bytes of the backup before it. */
  readonly offset: number
}

/**
 * Reads the line that a backup begins with.
 *
 * @returns the backup's format
 * @throws BackupFormatError where it is no backup, or one of a format that this Weft does not read
 */
export async function readFirstLine(source: ByteSource): Promise<number> {
  let line = ''
  while (!line.endsWith('\n') && line.length < longestFirstLine) {
    const byte = await source.take(1)
    if (byte.byteLength === 0) break
    line += byte.toString('latin1')
  }
  if (!line.startsWith(backupName) || !line.endsWith('\n')) {
    const begun = backupName.startsWith(line) || line.startsWith(backupName)
    throw new BackupFormatError(0, undefined, begun ? 'it is cut short' : 'this is no backup of Weft')
  }
  const number = line.slice(backupName.length, -1)
  const format = Number(number)
  if (String(format) === number && format >= oldestBackupFormat && format <= backupFormat) return format
  const known = `formats ${oldestBackupFormat} to ${backupFormat}`
  throw new BackupFormatError(0, undefined, `it is of format ${number}, and this version of Weft reads ${known}`)
}

/**
 * The next record.
 *
 * @param document the one that the record belongs to if all is well, for the error's text
 * @throws BackupFormatError where the backup is cut short there, or its bytes were changed
 */
export async function readRecord(source: ByteSource, document: string | undefined): Promise<BackupRecord> {
  const { offset } = source
  const fail = (detail: string): BackupFormatError => new BackupFormatError(offset, document, detail)
  const header = await source.take(recordHeaderBytes)
  if (header.byteLength < recordHeaderBytes) throw fail('it is cut short')
  // Looked at first: a length that was changed must not be waited for.
  if (crc32(header.subarray(0, 9)) !== header.readUInt32LE(9)) throw fail("the checksum of a record's header is wrong")
  const length = header.readUInt32LE(1)
  if (length > longestPayload) throw fail(`a record of ${length} bytes is more than Weft writes`)
  const payload = await source.take(length)
  if (payload.byteLength < length) throw fail('it is cut short')
  if (crc32(payload) !== header.readUInt32LE(5)) throw fail('the checksum of a record is wrong')
  return { type: header.readUInt8(0), payload, offset }
}
