/**
 * How the parts of a state go together into one update again, without decoding any of it: an update groups its structs by
 * client, so the whole is, client by client, what each part holds of that client, and then the deletes of all parts.
 *
 * Whoever has the outline knows the whole's length before the first part has come, and can send on what is complete: a state
 * must reach a stock client as one message, and merging the parts would take many times as long as reading them.
 */
import { createDecoder, hasContent, readVarUint } from 'lib0/decoding'
import { createEncoder, type Encoder, length as encodedLength, toUint8Array, writeVarUint } from 'lib0/encoding'

/** What a part holds of one client: structs that follow each other. */
export interface ClientRun {
  readonly client: number
  /** Of the first struct. */
  readonly clock: number
  /** How many structs. */
  readonly count: number
  /** How many bytes they take. */
  readonly bytes: number
}

/** What a part of a state is made of, in order. */
export interface PartOutline {
  readonly runs: readonly ClientRun[]
  /** How many clients it deletes something of, and how many bytes those deletes take. */
  readonly deleteClients: number
  readonly deleteBytes: number
}

/** Outlines as bytes. */
export function encodeOutline(parts: readonly PartOutline[]): Uint8Array {
  const encoder = createEncoder()
  writeVarUint(encoder, parts.length)
  for (const { runs, deleteClients, deleteBytes } of parts) {
    writeNumbers(encoder, [runs.length, deleteClients, deleteBytes])
    for (const { client, clock, count, bytes } of runs) writeNumbers(encoder, [client, clock, count, bytes])
  }
  return toUint8Array(encoder)
}

/**
 * What {@link encodeOutline} made bytes of.
 *
 * @throws RangeError where these are others
 */
export function decodeOutline(bytes: Uint8Array): PartOutline[] {
  const decoder = createDecoder(bytes)
  const read = (): number => readVarUint(decoder)
  try {
    const parts: PartOutline[] = []
    for (let left = read(); left > 0; left--) {
      const [length, deleteClients, deleteBytes] = [read(), read(), read()]
      const runs: ClientRun[] = []
      while (runs.length < length) runs.push({ client: read(), clock: read(), count: read(), bytes: read() })
      parts.push({ runs, deleteClients, deleteBytes })
    }
    if (hasContent(decoder)) throw new RangeError('bytes after the outline')
    return parts
  } catch (cause) {
    throw new RangeError('this is no outline of a state', { cause })
  }
}

/** A stretch of the whole: bytes that are known, or bytes of a part. */
type Piece = { readonly bytes: Uint8Array } | { readonly part: number; readonly start: number; readonly end: number }

/** Puts the parts of a state together, in the order in which they are added. */
export class StateAssembly {
  /** How many bytes the whole has. */
  readonly length: number
  readonly #pieces: readonly Piece[]
  readonly #partBytes: readonly number[]
  readonly #parts: Uint8Array[] = []
  #next = 0

  constructor(outlines: readonly PartOutline[]) {
    const { pieces, partBytes } = plan(outlines)
    this.#pieces = pieces
    this.#partBytes = partBytes
    this.length = pieces.reduce(
      (sum, piece) => sum + ('bytes' in piece ? piece.bytes.byteLength : piece.end - piece.start),
      0,
    )
  }

  /** Whether all of the whole has been given out. */
  get complete(): boolean {
    return this.#next === this.#pieces.length
  }

  /**
   * Takes the next part.
   *
   * @returns what of the whole can be given out by now, in order
   * @throws RangeError where it is not the part that was outlined
   */
  add(part: Uint8Array): Uint8Array[] {
    if (part.byteLength !== this.#partBytes[this.#parts.length]) throw new RangeError('this part was not outlined')
    this.#parts.push(part)
    const ready: Uint8Array[] = []
    for (let piece = this.#pieces[this.#next]; piece !== undefined; piece = this.#pieces[this.#next]) {
      const bytes = 'bytes' in piece ? piece.bytes : this.#parts[piece.part]?.subarray(piece.start, piece.end)
      if (bytes === undefined) break
      ready.push(bytes)
      this.#next++
    }
    return ready
  }
}

function plan(outlines: readonly PartOutline[]): { pieces: Piece[]; partBytes: number[] } {
  const clients = new Map<number, { readonly clock: number; count: number; readonly pieces: Piece[] }>()
  const deletes: Piece[] = []
  const partBytes: number[] = []
  let deleteClients = 0
  for (const [part, outline] of outlines.entries()) {
    let at = numberBytes(outline.runs.length)
    for (const { client, clock, count, bytes } of outline.runs) {
      at += numberBytes(count) + numberBytes(client) + numberBytes(clock)
      const entry = clients.get(client) ?? { clock, count: 0, pieces: [] }
      clients.set(client, entry)
      entry.count += count
      entry.pieces.push({ part, start: at, end: at + bytes })
      at += bytes
    }
    at += numberBytes(outline.deleteClients)
    deleteClients += outline.deleteClients
    if (outline.deleteBytes > 0) deletes.push({ part, start: at, end: at + outline.deleteBytes })
    partBytes.push(at + outline.deleteBytes)
  }
  const pieces: Piece[] = [numbers(clients.size)]
  // Yjs writes higher client ids first, and merging updates relies on it.
  for (const [client, { clock, count, pieces: runs }] of [...clients].sort((a, b) => b[0] - a[0])) {
    pieces.push(numbers(count, client, clock), ...runs)
  }
  pieces.push(numbers(deleteClients), ...deletes)
  return { pieces, partBytes }
}

function numbers(...values: readonly number[]): Piece {
  const encoder = createEncoder()
  writeNumbers(encoder, values)
  return { bytes: toUint8Array(encoder) }
}

function writeNumbers(encoder: Encoder, values: readonly number[]): void {
  for (const value of values) writeVarUint(encoder, value)
}

function numberBytes(value: number): number {
  const encoder = createEncoder()
  writeVarUint(encoder, value)
  return encodedLength(encoder)
}
