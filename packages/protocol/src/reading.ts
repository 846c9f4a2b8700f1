import { type Decoder, readVarUint as lib0ReadVarUint } from 'lib0/decoding'

/** The bytes of a frame are not what the protocol says they are. The text says what was expected. */
export class MalformedFrameError extends Error {
  override readonly name = 'MalformedFrameError'
}

/** A presence state, or a message of presence, is larger than it may be. It was not read any further. */
export class PresenceTooLargeError extends Error {
  override readonly name = 'PresenceTooLargeError'
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a varUint. @throws MalformedFrameError where the bytes end early or the number has more than 53 bits */
export function readVarUint(decoder: Decoder): number {
  try {
    return lib0ReadVarUint(decoder)
  } catch (cause) {
    throw new MalformedFrameError('a number cut short or too large', { cause })
  }
}

/** How many bytes follow the length that comes next. Nothing is read. @throws MalformedFrameError */
export function peekLength(decoder: Decoder): number {
  const { pos } = decoder
  const length = readVarUint(decoder)
  assertThere(decoder, length)
  decoder.pos = pos
  return length
}

/**
 * Reads a length and that many bytes, as a copy that stands alone.
 *
 * Two reasons to copy. lib0 makes a view without looking where the message ends, and Yjs reads on from such views;
 * socket buffers are shared, so a made-up length would hand out what another client sent. And a view of a few bytes
 * would keep the whole pooled buffer behind it alive.
 */
export function readVarBytes(decoder: Decoder): Uint8Array {
  const length = readVarUint(decoder)
  assertThere(decoder, length)
  const start = decoder.pos
  decoder.pos = start + length
  return Uint8Array.prototype.slice.call(decoder.arr, start, start + length)
}

/** Reads a length and that many bytes of UTF-8. */
export function readVarString(decoder: Decoder): string {
  const bytes = readVarBytes(decoder)
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new MalformedFrameError('a text that is not UTF-8', { cause })
  }
}

function assertThere({ arr, pos }: Decoder, length: number): void {
  if (length > arr.byteLength - pos) throw new MalformedFrameError('a length past the end of the message')
}
