import * as Y from 'yjs'
import { length as encodedLength, toUint8Array } from 'lib0/encoding'

type Struct = Y.Item | Y.GC | Y.Skip

/** A client's structs in clock order, and how far they have gone out. */
interface Lane {
  readonly structs: Struct[]
  next: number
  waiting: boolean
}

interface DeleteRange {
  readonly clock: number
  readonly len: number
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
 * @param update a Yjs v1 update
 * @param partBytes about how large a part may be, in bytes; a single struct that is larger stays whole
 */
export function* splitUpdate(update: Uint8Array, partBytes: number): Generator<Uint8Array> {
  if (update.byteLength <= partBytes) {
    yield update
    return
  }
  const { structs, ds } = Y.decodeUpdate(update)
  const lanes = makeLanes(structs)
  const deletes = new Deletes(ds.clients)
  let part = new Part()
  for (const { client, struct } of inCausalOrder(lanes)) {
    part.add(client, struct)
    if (part.bytes >= partBytes) {
      yield part.finish(lanes, deletes)
      part = new Part()
    }
  }
  // What is left of the deletes concerns structs that are not in this update: its receiver has them already.
  yield part.finish(lanes, deletes, true)
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

/** One part in the making: each client's structs are written to an encoder of their own, as the format groups them. */
class Part {
  readonly #clients = new Map<number, { encoder: Y.UpdateEncoderV1; clock: number; count: number }>()
  bytes = 0

  add(client: number, struct: Struct): void {
    let entry = this.#clients.get(client)
    if (entry === undefined) {
      entry = { encoder: new Y.UpdateEncoderV1(), clock: struct.id.clock, count: 0 }
      this.#clients.set(client, entry)
    }
    const before = encodedLength(entry.encoder.restEncoder)
    struct.write(entry.encoder, 0)
    entry.count++
    this.bytes += encodedLength(entry.encoder.restEncoder) - before
  }

  finish(lanes: Map<number, Lane>, deletes: Deletes, rest = false): Uint8Array {
    const out = new Y.UpdateEncoderV1()
    const pieces: Uint8Array[] = []
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
      pieces.push(toUint8Array(entry.encoder.restEncoder))
    }
    const ranges = rest ? deletes.takeAll() : deletes.take(this.#clients.keys(), lanes)
    writeNumber(out, ranges.size)
    for (const [client, list] of ranges) {
      out.writeClient(client)
      writeNumber(out, list.length)
      for (const { clock, len } of list) {
        writeNumber(out, clock)
        writeNumber(out, len)
      }
    }
    flush()
    return concat(pieces)
  }
}

/** The update's deletes, handed out with the structs that they delete. */
class Deletes {
  readonly #ranges: Map<number, DeleteRange[]>

  constructor(ranges: ReadonlyMap<number, readonly DeleteRange[]>) {
    this.#ranges = new Map([...ranges].map(([client, list]) => [client, list.toSorted((a, b) => b.clock - a.clock)]))
  }

  take(clients: Iterable<number>, lanes: Map<number, Lane>): Map<number, DeleteRange[]> {
    const taken = new Map<number, DeleteRange[]>()
    for (const client of clients) {
      const lane = lanes.get(client)
      const last = lane?.structs[lane.next - 1]
      if (lane === undefined || last === undefined) continue
      const list = this.#takeUpTo(client, last.id.clock + last.length)
      if (list.length > 0) taken.set(client, list)
    }
    return taken
  }

  takeAll(): Map<number, DeleteRange[]> {
    const all = new Map(
      [...this.#ranges].filter(([, list]) => list.length > 0).map(([client, list]) => [client, list.toReversed()]),
    )
    this.#ranges.clear()
    return all
  }

  #takeUpTo(client: number, end: number): DeleteRange[] {
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
