import { createDecoder, type Decoder, readVarUint } from 'lib0/decoding'
import { createEncoder, type Encoder, toUint8Array, writeUint8Array, writeVarUint } from 'lib0/encoding'
import { isGap, skipStruct } from './skip-struct.ts'

/** Structs of one client, which follow each other though they stand in several updates. */
interface Joined {
  readonly clock: number
  end: number
  count: number
  readonly pieces: Uint8Array[]
}

/** Clocks from the first to before the last. */
interface Range {
  readonly start: number
  end: number
}

/**
 * Merges v1 updates that follow each other, as those of a log do: what each client wrote is put together as it is. Of megabytes that takes a
 * tenth of what `Y.mergeUpdates` needs, which decodes every struct and writes it anew.
 *
 * @returns undefined where it takes more than that: something is missing in between, or stands in two of them, or is nothing that Yjs 13 writes
 */
export function joinUpdates(updates: readonly Uint8Array[]): Uint8Array | undefined {
  const clients = new Map<number, Joined>()
  const deletes = new Map<number, Range[]>()
  try {
    for (const update of updates) {
      const decoder = createDecoder(update)
      if (!addStructs(decoder, clients)) return undefined
      addDeletes(decoder, deletes)
      if (decoder.pos !== update.byteLength) return undefined
    }
  } catch {
    // Whoever merges it in full says what is wrong with it.
    return undefined
  }
  const encoder = createEncoder()
  writeStructs(encoder, clients)
  writeDeletes(encoder, deletes)
  return toUint8Array(encoder)
}

/** @returns whether they follow what is there */
function addStructs(decoder: Decoder, clients: Map<number, Joined>): boolean {
  for (let left = readVarUint(decoder); left > 0; left--) {
    const count = readVarUint(decoder)
    const client = readVarUint(decoder)
    const clock = readVarUint(decoder)
    const joined = clients.get(client) ?? { clock, end: clock, count: 0, pieces: [] }
    if (clock !== joined.end || count === 0) return false
    const start = decoder.pos
    for (let structs = count; structs > 0; structs--) {
      if (isGap(decoder)) return false
      joined.end += skipStruct(decoder)
    }
    joined.count += count
    joined.pieces.push(decoder.arr.subarray(start, decoder.pos))
    clients.set(client, joined)
  }
  return true
}

function addDeletes(decoder: Decoder, deletes: Map<number, Range[]>): void {
  for (let left = readVarUint(decoder); left > 0; left--) {
    const client = readVarUint(decoder)
    const ranges = deletes.get(client) ?? []
    deletes.set(client, ranges)
    for (let count = readVarUint(decoder); count > 0; count--) {
      const start = readVarUint(decoder)
      ranges.push({ start, end: start + readVarUint(decoder) })
    }
  }
}

/** Yjs writes higher client ids first, and merging updates relies on it. */
function highestFirst<Value>(clients: ReadonlyMap<number, Value>): [number, Value][] {
  return [...clients].sort((a, b) => b[0] - a[0])
}

function writeStructs(encoder: Encoder, clients: ReadonlyMap<number, Joined>): void {
  writeVarUint(encoder, clients.size)
  for (const [client, { clock, count, pieces }] of highestFirst(clients)) {
    for (const number of [count, client, clock]) writeVarUint(encoder, number)
    for (const piece of pieces) writeUint8Array(encoder, piece)
  }
}

function writeDeletes(encoder: Encoder, deletes: ReadonlyMap<number, Range[]>): void {
  writeVarUint(encoder, deletes.size)
  for (const [client, all] of highestFirst(deletes)) {
    const ranges = withoutOverlaps(all)
    writeVarUint(encoder, client)
    writeVarUint(encoder, ranges.length)
    for (const { start, end } of ranges) {
      writeVarUint(encoder, start)
      writeVarUint(encoder, end - start)
    }
  }
}

function withoutOverlaps(ranges: readonly Range[]): Range[] {
  const apart: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = apart.at(-1)
    if (last === undefined || range.start > last.end) apart.push({ ...range })
    else last.end = Math.max(last.end, range.end)
  }
  return apart
}
