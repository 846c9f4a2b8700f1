import { createDecoder, type Decoder, hasContent, readUint8, readVarUint } from 'lib0/decoding'

/** What a plain edit does. */
export interface PlainEdit {
  /** Who inserted something; undefined where something was deleted only. */
  readonly client: number | undefined
  /** The inserter's clock afterwards. */
  readonly clock: number
}

/** Bits of the byte that a struct begins with, and the content that is text. */
const hasOrigin = 0x80
const hasRightOrigin = 0x40
const hasParentKey = 0x20
const contentBits = 0x1f
const contentString = 4

/** As Yjs reads text. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads an update that is a plain edit, as nearly every keystroke is: one client inserts text, from the very clock at which the
 * document stands, beside what the document holds or below one of its names, and what is deleted is there. Of such an update it is
 * known without applying it that Yjs takes all of it: nothing of it is there already, waits for others, or can be refused.
 *
 * @param update a Yjs v1 update, of any bytes
 * @param clockOf the clock at which the document stands for a client; nothing may wait in it for other updates
 * @returns undefined for all other updates, valid or not: they have to be applied to know what they do
 */
export function readPlainEdit(update: Uint8Array, clockOf: (client: number) => number): PlainEdit | undefined {
  try {
    const decoder = createDecoder(update)
    const edit = readInsertions(decoder, clockOf)
    if (edit === undefined || !deletesWhatIsThere(decoder, edit, clockOf) || hasContent(decoder)) return undefined
    return edit
  } catch {
    return undefined
  }
}

function readInsertions(decoder: Decoder, clockOf: (client: number) => number): PlainEdit | undefined {
  const clients = readVarUint(decoder)
  if (clients === 0) return { client: undefined, clock: 0 }
  const structs = readVarUint(decoder)
  const client = readVarUint(decoder)
  let clock = readVarUint(decoder)
  if (clients > 1 || structs === 0 || clock !== clockOf(client)) return undefined
  const isThere = (of: number, at: number): boolean => at < (of === client ? clock : clockOf(of))
  for (let struct = 0; struct < structs; struct++) {
    const length = readText(decoder, isThere)
    if (length === 0) return undefined
    clock += length
  }
  return { client, clock }
}

/** @returns the length of the text; 0 where it is none, or refers to what is not there */
function readText(decoder: Decoder, isThere: (client: number, clock: number) => boolean): number {
  const info = readUint8(decoder)
  if ((info & contentBits) !== contentString) return 0
  const neighbours = (info & hasOrigin ? 1 : 0) + (info & hasRightOrigin ? 1 : 0)
  for (let neighbour = 0; neighbour < neighbours; neighbour++) {
    if (!isThere(readVarUint(decoder), readVarUint(decoder))) return 0
  }
  if (neighbours === 0) {
    // A parent that is no name is an item, which may be one that can have nothing in it.
    if (readVarUint(decoder) !== 1) return 0
    textLength(decoder)
    if (info & hasParentKey) textLength(decoder)
  }
  return textLength(decoder)
}

/** Reads text. @returns its length in UTF-16 code units, as Yjs counts @throws where it is cut short or no UTF-8 */
function textLength(decoder: Decoder): number {
  const bytes = readVarUint(decoder)
  const start = decoder.pos
  const end = start + bytes
  if (end > decoder.arr.byteLength) throw new RangeError('a text past the end')
  decoder.pos = end
  for (let at = start; at < end; at++) {
    if ((decoder.arr[at] ?? 0) >= 0x80) return utf8.decode(decoder.arr.subarray(start, end)).length
  }
  return bytes
}

function deletesWhatIsThere(decoder: Decoder, edit: PlainEdit, clockOf: (client: number) => number): boolean {
  const clients = readVarUint(decoder)
  for (let nth = 0; nth < clients; nth++) {
    const client = readVarUint(decoder)
    const state = client === edit.client ? edit.clock : clockOf(client)
    const ranges = readVarUint(decoder)
    for (let range = 0; range < ranges; range++) {
      const clock = readVarUint(decoder)
      const length = readVarUint(decoder)
      if (length === 0 || clock + length > state) return false
    }
  }
  return true
}
