import { crc32 } from 'node:zlib'
import type { Entry } from './document-log.ts'
import { CorruptRecordError } from './errors.ts'
import { type Formats, reads, unreadable } from './formats.ts'

/*
 * How durable drivers keep bytes: one byte that names the format (formats.ts), a CRC-32 of the payload (4 bytes, little
 * endian), the payload. Disks and people change bytes; what was changed must not pass for a shorter document (L8).
 */
const headerBytes = 5

/** Puts a payload into a record. `write` fills the payload's bytes, so that a large one is copied once. */
export function sealRecord(payloadBytes: number, { written }: Formats, write: (payload: Buffer) => void): Buffer {
  const record = Buffer.allocUnsafeSlow(headerBytes + payloadBytes)
  const payload = record.subarray(headerBytes)
  write(payload)
  record.writeUInt8(written, 0)
  record.writeUInt32LE(crc32(payload), 1)
  return record
}

/**
 * The payload of a record, as a view of it.
 *
 * @param position the entry's, or undefined for a part of the checkpoint
 * @param part what it is a part of, for the error's text
 * @throws CorruptRecordError
 */
export function openRecord(
  record: Uint8Array,
  document: string,
  position: number | undefined,
  formats: Formats,
  part = 'record',
): Buffer {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  if (bytes.byteLength < headerBytes) throw new CorruptRecordError(document, position, `the ${part} is cut short`)
  const format = bytes.readUInt8(0)
  if (!reads(formats, format)) throw new CorruptRecordError(document, position, unreadable(part, format, formats))
  const payload = bytes.subarray(headerBytes)
  if (crc32(payload) !== bytes.readUInt32LE(1)) {
    throw new CorruptRecordError(document, position, `the checksum of the ${part} does not match its bytes`)
  }
  return payload
}

/** Time (float64), lengths of tip and actor (uint16 each); then tip, actor and update. All little endian. */
const entryHeaderBytes = 12

/** An entry as a record. Its position is the key that it is kept under. */
export function encodeEntry({ update, actor, at, tip }: Omit<Entry, 'position'>, formats: Formats): Buffer {
  const tipBytes = Buffer.byteLength(tip)
  const actorBytes = Buffer.byteLength(actor)
  if (actorBytes > 0xffff) throw new RangeError('an actor is at most 65,535 bytes long')
  return sealRecord(entryHeaderBytes + tipBytes + actorBytes + update.byteLength, formats, (payload) => {
    payload.writeDoubleLE(at, 0)
    payload.writeUInt16LE(tipBytes, 8)
    payload.writeUInt16LE(actorBytes, 10)
    payload.write(tip, entryHeaderBytes)
    payload.write(actor, entryHeaderBytes + tipBytes)
    payload.set(update, entryHeaderBytes + tipBytes + actorBytes)
  })
}

/**
 * The entry that {@link encodeEntry} made a record of. Its update is a view of the record.
 *
 * @throws CorruptRecordError
 */
export function decodeEntry(record: Uint8Array, document: string, position: number, formats: Formats): Entry {
  const payload = openRecord(record, document, position, formats)
  if (payload.byteLength < entryHeaderBytes) throw new CorruptRecordError(document, position, 'the entry is cut short')
  const tipEnd = entryHeaderBytes + payload.readUInt16LE(8)
  const actorEnd = tipEnd + payload.readUInt16LE(10)
  if (payload.byteLength < actorEnd) throw new CorruptRecordError(document, position, 'the entry is cut short')
  return {
    position,
    tip: payload.toString('utf8', entryHeaderBytes, tipEnd),
    actor: payload.toString('utf8', tipEnd, actorEnd),
    at: payload.readDoubleLE(0),
    update: payload.subarray(actorEnd),
  }
}
