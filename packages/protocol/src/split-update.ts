import * as Y from 'yjs'
import { length as encodedLength, toUint8Array } from 'lib0/encoding'
import type { ClientRun, PartOutline } from './state-outline.ts'

type Struct = Y.Item | Y.GC | Y.Skip

/** A client's structs in clock order, and how far they have gone out. */
interface Lane {
  readonly structs: Struct[]
  next: number
  waiting: boolean
}

interface DeleteRange {
  readonly clock: number
  len: number
}

/** Strings longer than this are cut, so that one pasted novel does not make one part of megabytes. */
const maxStringLength = 64 * 1024

/**
 * Cuts a v1 update into several, each valid alone, in causal order: whoever has applied the first n can apply the
 * next without waiting for a later one. Each part carries the deletes of what it inserts. Applying all of them
 * gives the same document as applying the update.
 *
 * The order is that in which Yjs itself would integrate: a struct follows its left and right origin and its parent.
 * Cutting per client instead would leave nearly everything waiting until the last part.
 *
 * For storage, and for replicas that use `applyAsItIs`: anyone else who applies a part is led by Yjs to delete formats whose text
 * comes with a later one.
 *
 * @param update a Yjs v1 update
 * @param partBytes about how large a part may be, in bytes; a single struct that is larger stays whole
 */
export function* splitUpdate(update: Uint8Array, partBytes: number): Generator<Uint8Array> {
  for (const part of splitWithOutline(update, partBytes)) yield part.update
}

/** A part of an update. */
export interface UpdatePart {
  readonly update: Uint8Array
  /** Undefined where the part cannot be put together with the others: it is all there is, or deletes what they do not hold. */
  readonly outline: PartOutline | undefined
}

/** As {@link splitUpdate}, and says of each part how it goes together with the others (`StateAssembly`). */
export function* splitWithOutline(update: Uint8Array, partBytes: number): Generator<UpdatePart> {
  if (update.byteLength <= partBytes) {
    yield { update, outline: undefined }
    return
  }
  const { structs, ds } = Y.decodeUpdate(update)
  const lanes = makeLanes(structs)
  const deletes = new Deletes(ds.clients, lanes)
  let part = new Part()
  for (const { client, struct } of inCausalOrder(lanes)) {
    part.add(client, struct, deletes.take(client, struct.id.clock + struct.length))
    if (part.bytes < partBytes) continue
    yield part.finish()
    part = new Part()
  }
  // What is left of the deletes concerns structs that are not in this update: its receiver has them already.
  for (const { client, range } of deletes.rest()) {
    part.addDeletes(client, [range])
    part.outOfOrder = true
    if (part.bytes < partBytes) continue
    yield part.finish()
    part = new Part()
  }
  if (part.bytes > 0) yield part.finish()
}

function makeLanes(structs: readonly Struct[]): Map<number, Lane> {
  const lanes = new Map<number, Lane>()
  for (const struct of structs) {
    const { client } = struct.id
    let lane = lanes.get(client)
    if (lane === undefined) {
      lane = { structs: [], next: 0, waiting: false }
      lanes.set(client, lane)
    }
    lane.structs.push(...cutLongString(struct))
  }
  return lanes
}

/** Walks the structs so that each comes after those it refers to. */
function* inCausalOrder(lanes: Map<number, Lane>): Generator<{ client: number; struct: Struct }> {
  for (const first of lanes.keys()) {
    // A frame waits until its lane has gone out past `until`; frames above it are what it waits for.
    const stack = [{ client: first, until: Infinity }]
    while (stack.length > 0) {
      const top = stack.at(-1)
      if (top === undefined) break
      const lane = lanes.get(top.client)
      const struct = lane?.structs[lane.next]
      if (lane === undefined || struct === undefined || struct.id.clock > top.until) {
        if (lane !== undefined) lane.waiting = false
        stack.pop()
        continue
      }
      lane.waiting = true
      const missing = unmetDependency(struct, lanes)
      // A lane that already waits below can only be met again in a made-up update: let the struct go, it will be pending.
      if (missing !== undefined && lanes.get(missing.client)?.waiting === false) {
        stack.push({ client: missing.client, until: missing.clock })
        continue
      }
      lane.next++
      yield { client: top.client, struct }
    }
  }
}

function unmetDependency(struct: Struct, lanes: Map<number, Lane>): Y.ID | undefined {
  if (!(struct instanceof Y.Item)) return undefined
  const parent: unknown = struct.parent
  for (const id of [struct.origin, struct.rightOrigin, parent instanceof Y.ID ? parent : null]) {
    if (id === null || id.client === struct.id.client) continue
    const lane = lanes.get(id.client)
    const next = lane?.structs[lane.next]
    const last = lane?.structs.at(-1)
    if (next === undefined || last === undefined) continue
    if (id.clock >= next.id.clock && id.clock < last.id.clock + last.length) return id
  }
  return undefined
}

function cutLongString(struct: Struct): Struct[] {
  if (!(struct instanceof Y.Item) || struct.length <= maxStringLength || !(struct.content instanceof Y.ContentString)) {
    return [struct]
  }
  const { id, origin, rightOrigin, parent, parentSub } = struct
  const text = struct.content.str
  const pieces: Struct[] = []
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + maxStringLength, text.length)
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1
    const left = start === 0 ? origin : Y.createID(id.client, id.clock + start - 1)
    const content = new Y.ContentString(text.slice(start, end))
    pieces.push(
      new Y.Item(Y.createID(id.client, id.clock + start), null, left, null, rightOrigin, parent, parentSub, content),
    )
    start = end
  }
  return pieces
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

/** About what a range of deletes takes, in bytes. */
const rangeBytes = 6

/** One part in the making: each client's structs are written to an encoder of their own, as the format groups them. */
class Part {
  readonly #clients = new Map<number, { encoder: Y.UpdateEncoderV1; clock: number; count: number }>()
  readonly #deletes = new Map<number, DeleteRange[]>()
  bytes = 0
  /** Whether it deletes what belongs to earlier parts, or to none. */
  outOfOrder = false

  add(client: number, struct: Struct, deletes: readonly DeleteRange[]): void {
    let entry = this.#clients.get(client)
    if (entry === undefined) {
      entry = { encoder: new Y.UpdateEncoderV1(), clock: struct.id.clock, count: 0 }
      this.#clients.set(client, entry)
    }
    const before = encodedLength(entry.encoder.restEncoder)
    struct.write(entry.encoder, 0)
    entry.count++
    this.bytes += encodedLength(entry.encoder.restEncoder) - before
    this.addDeletes(client, deletes)
  }

  addDeletes(client: number, ranges: readonly DeleteRange[]): void {
    for (const range of ranges) {
      const list = this.#deletes.get(client)
      const last = list?.at(-1)
      if (last !== undefined && last.clock + last.len === range.clock) last.len += range.len
      else {
        if (list === undefined) this.#deletes.set(client, [{ ...range }])
        else list.push({ ...range })
        this.bytes += rangeBytes
      }
    }
  }

  finish(): UpdatePart {
    const out = new Y.UpdateEncoderV1()
    const pieces: Uint8Array[] = []
    const runs: ClientRun[] = []
    const flush = (): void => {
      pieces.push(toUint8Array(out.restEncoder))
      out.restEncoder = new Y.UpdateEncoderV1().restEncoder
    }
    writeNumber(out, this.#clients.size)
    // Yjs writes higher client ids first; so do we.
    for (const [client, entry] of [...this.#clients].sort((a, b) => b[0] - a[0])) {
      writeNumber(out, entry.count)
      out.writeClient(client)
      writeNumber(out, entry.clock)
      flush()
      const structs = toUint8Array(entry.encoder.restEncoder)
      pieces.push(structs)
      runs.push({ client, clock: entry.clock, count: entry.count, bytes: structs.byteLength })
    }
    writeNumber(out, this.#deletes.size)
    flush()
    for (const [client, list] of this.#deletes) {
      out.writeClient(client)
      writeNumber(out, list.length)
      // In order: Yjs keeps deletes that must wait as differences of their clocks, and would make others of them.
      for (const { clock, len } of list.sort((a, b) => a.clock - b.clock)) {
        writeNumber(out, clock)
        writeNumber(out, len)
      }
    }
    flush()
    const deleteBytes = pieces.at(-1)?.byteLength ?? 0
    const outline = this.outOfOrder ? undefined : { runs, deleteClients: this.#deletes.size, deleteBytes }
    return { update: concat(pieces), outline }
  }
}

/** The update's deletes, handed out with the structs that they delete. */
class Deletes {
  /** By client, the highest clock first, so that the next one is at the end. */
  readonly #ranges: Map<number, DeleteRange[]>
  /** Deletes of what comes before the structs of this update. */
  readonly #before: { client: number; ranges: readonly DeleteRange[] }[] = []

  constructor(ranges: ReadonlyMap<number, readonly DeleteRange[]>, lanes: ReadonlyMap<number, Lane>) {
    this.#ranges = new Map([...ranges].map(([client, list]) => [client, list.toSorted((a, b) => b.clock - a.clock)]))
    for (const [client, { structs }] of lanes) {
      const [first] = structs
      if (first !== undefined) this.#before.push({ client, ranges: this.take(client, first.id.clock) })
    }
  }

  /** A client's deletes up to a clock, in order. Each is handed out once. */
  take(client: number, end: number): DeleteRange[] {
    const rest = this.#ranges.get(client) ?? []
    const taken: DeleteRange[] = []
    for (let range = rest.at(-1); range !== undefined && range.clock < end; range = rest.at(-1)) {
      rest.pop()
      const len = Math.min(range.len, end - range.clock)
      taken.push({ clock: range.clock, len })
      if (len < range.len) rest.push({ clock: range.clock + len, len: range.len - len })
    }
    return taken
  }

  /** What was not handed out with a struct, client by client, each in order. */
  *rest(): Generator<{ client: number; range: DeleteRange }> {
    for (const { client, ranges } of this.#before) for (const range of ranges) yield { client, range }
    for (const [client, list] of this.#ranges) for (const range of list.toReversed()) yield { client, range }
  }
}

function writeNumber(encoder: Y.UpdateEncoderV1, number: number): void {
  encoder.writeLen(number)
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}
