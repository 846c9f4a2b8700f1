/** The first byte of a frame that is a whole binary message. */
const wholeMessage = 0x82

/** The first byte of a frame that is part of a binary message. */
export function partOfMessage(isFirst: boolean, isLast: boolean): number {
  return (isLast ? 0x80 : 0) | (isFirst ? 0x02 : 0)
}

/**
 * The WebSocket framing of a binary message from a server (RFC 6455 §5.2): final, unmasked. We write it ourselves so that
 * one buffer serves every member; `ws` would frame the message anew for each.
 */
export function frameHeader(length: number, first: number = wholeMessage): Uint8Array {
  if (length < 126) return new Uint8Array([first, length])
  if (length < 65_536) return new Uint8Array([first, 126, length >>> 8, length & 0xff])
  const header = new Uint8Array(10)
  header[0] = first
  header[1] = 127
  new DataView(header.buffer).setBigUint64(2, BigInt(length))
  return header
}

/** Payloads in their framing, a frame each, in one buffer. */
export function framed(payloads: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(payloads.flatMap((payload) => [frameHeader(payload.byteLength), payload]))
}
