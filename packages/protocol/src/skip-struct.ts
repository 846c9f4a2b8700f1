import { type Decoder, readAny, readVarUint } from 'lib0/decoding'

/** What a struct's first byte says beside the kind of its content. */
const hasOrigin = 0x80
const hasRightOrigin = 0x40
const hasParentSub = 0x20
const kindBits = 0x1f

/** Kinds that are no items. */
const collected = 0
const gap = 10

/** Whether what comes next says that something is missing there. */
export function isGap({ arr, pos }: Decoder): boolean {
  return ((arr[pos] ?? 0) & kindBits) === gap
}

/** Types whose name is written behind their kind: an element and a hook. */
const namedTypes = [3, 5]

/**
 * Moves behind a struct of a v1 update, without decoding it.
 *
 * @returns how many clocks it takes
 * @throws RangeError where it is none that Yjs 13 writes
 */
export function skipStruct(decoder: Decoder): number {
  const info = decoder.arr[decoder.pos++] ?? 0
  const kind = info & kindBits
  if (kind === collected || kind === gap) return readVarUint(decoder)
  if ((info & hasOrigin) !== 0) skipId(decoder)
  if ((info & hasRightOrigin) !== 0) skipId(decoder)
  if ((info & (hasOrigin | hasRightOrigin)) === 0) {
    const isNamed = readVarUint(decoder) === 1
    if (isNamed) skipBytes(decoder)
    else skipId(decoder)
    if ((info & hasParentSub) !== 0) skipBytes(decoder)
  }
  return skipContent(decoder, kind)
}

function skipContent(decoder: Decoder, kind: number): number {
  switch (kind) {
    case 1: // deleted
      return readVarUint(decoder)
    case 2: // JSON
      return skipEach(decoder, skipBytes)
    case 3: // binary
    case 5: // an embed
      skipBytes(decoder)
      return 1
    case 4: // a string
      return skipString(decoder)
    case 6: // a format: its name and its value
      skipBytes(decoder)
      skipBytes(decoder)
      return 1
    case 7: // a type
      if (namedTypes.includes(readVarUint(decoder))) skipBytes(decoder)
      return 1
    case 8: // any values
      return skipEach(decoder, readAny)
    case 9: // a document: its id and its options
      skipBytes(decoder)
      readAny(decoder)
      return 1
    default:
      throw new RangeError(`a content of kind ${kind}, which Yjs 13 does not write`)
  }
}

function skipEach(decoder: Decoder, skip: (decoder: Decoder) => void): number {
  const count = readVarUint(decoder)
  for (let left = count; left > 0; left--) skip(decoder)
  return count
}

function skipId(decoder: Decoder): void {
  readVarUint(decoder)
  readVarUint(decoder)
}

function skipBytes(decoder: Decoder): void {
  const length = readVarUint(decoder)
  decoder.pos += length
}

/** @returns its length as JavaScript counts it, in UTF-16 units, which is how Yjs counts clocks */
function skipString(decoder: Decoder): number {
  const end = readVarUint(decoder) + decoder.pos
  let length = 0
  for (; decoder.pos < end; decoder.pos++) {
    const byte = decoder.arr[decoder.pos] ?? 0
    const continues = (byte & 0xc0) === 0x80
    if (!continues) length += byte >= 0xf0 ? 2 : 1
  }
  return length
}
