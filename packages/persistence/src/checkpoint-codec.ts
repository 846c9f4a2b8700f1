import { promisify } from 'node:util'
import { zstdCompress, zstdDecompressSync } from 'node:zlib'
import type { Checkpoint, Place } from './document-log.ts'
import { CorruptRecordError } from './errors.ts'
import type { Formats } from './formats.ts'
import { openRecord, sealRecord } from './record.ts'

/** Smaller chunks gain too little to be worth decompressing. In bytes. */
const minCompressedBytes = 4 * 1024

const plain = 0
const zstd = 1

const compress = promisify(zstdCompress)

/** Everything of a checkpoint but its chunks. */
export interface CheckpointHeader extends Pick<Checkpoint, 'place' | 'stateVector'> {
  readonly chunks: number
}

/** A chunk as a record. Each is compressed alone, in Node's thread pool, so that it can be read and sent on alone. */
export async function encodeChunk(chunk: Uint8Array, formats: Formats): Promise<Buffer> {
  const compressed = chunk.byteLength > minCompressedBytes ? await compress(chunk) : chunk
  const [codec, bytes] = compressed.byteLength < chunk.byteLength ? [zstd, compressed] : [plain, chunk]
  return sealRecord(1 + bytes.byteLength, formats, (payload) => {
    payload.writeUInt8(codec, 0)
    payload.set(bytes, 1)
  })
}

/**
 * The chunk that {@link encodeChunk} made a record of, in a buffer of its own.
 *
 * @throws CorruptRecordError
 */
export function decodeChunk(
  record: Uint8Array,
  document: string,
  name: number | string,
  formats: Formats,
): Uint8Array<ArrayBuffer> {
  const part = typeof name === 'number' ? `chunk ${name}` : name
  const payload = openRecord(record, document, undefined, formats, part)
  const bytes = payload.subarray(1)
  const codec = payload.at(0)
  switch (codec) {
    case plain:
      return new Uint8Array(bytes)
    case zstd:
      return inflate(bytes, document, part)
    default:
      throw new CorruptRecordError(document, undefined, `the ${part} is of an unknown codec, ${codec ?? 'none'}`)
  }
}

function inflate(bytes: Uint8Array, document: string, part: string): Uint8Array<ArrayBuffer> {
  try {
    const chunk = zstdDecompressSync(bytes)
    const { buffer, byteOffset, byteLength } = chunk
    // Only a buffer that holds nothing else may be handed to another thread.
    return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
      ? new Uint8Array(buffer, byteOffset, byteLength)
      : new Uint8Array(chunk)
  } catch (cause) {
    throw new CorruptRecordError(document, undefined, `the ${part} cannot be decompressed`, { cause })
  }
}

/** Position (float64), number of chunks (uint32), lengths of epoch and tip (uint16 each); then epoch, tip, state vector. */
const headerBytes = 16

/** A checkpoint's header as a record. */
export function encodeCheckpointHeader({ place, stateVector, chunks }: CheckpointHeader, formats: Formats): Buffer {
  const epoch = Buffer.from(place.epoch)
  const tip = Buffer.from(place.tip)
  return sealRecord(headerBytes + epoch.byteLength + tip.byteLength + stateVector.byteLength, formats, (payload) => {
    payload.writeDoubleLE(place.position, 0)
    payload.writeUInt32LE(chunks, 8)
    payload.writeUInt16LE(epoch.byteLength, 12)
    payload.writeUInt16LE(tip.byteLength, 14)
    payload.set(epoch, headerBytes)
    payload.set(tip, headerBytes + epoch.byteLength)
    payload.set(stateVector, headerBytes + epoch.byteLength + tip.byteLength)
  })
}

/**
 * The header that {@link encodeCheckpointHeader} made a record of.
 *
 * @throws CorruptRecordError
 */
export function decodeCheckpointHeader(record: Uint8Array, document: string, formats: Formats): CheckpointHeader {
  const payload = openRecord(record, document, undefined, formats, 'header')
  const cut = new CorruptRecordError(document, undefined, 'the header is cut short')
  if (payload.byteLength < headerBytes) throw cut
  const epochEnd = headerBytes + payload.readUInt16LE(12)
  const tipEnd = epochEnd + payload.readUInt16LE(14)
  if (payload.byteLength < tipEnd) throw cut
  const place: Place = {
    epoch: payload.toString('utf8', headerBytes, epochEnd),
    position: payload.readDoubleLE(0),
    tip: payload.toString('utf8', epochEnd, tipEnd),
  }
  return { place, chunks: payload.readUInt32LE(8), stateVector: new Uint8Array(payload.subarray(tipEnd)) }
}
