/**
 * A message on its way out. Everybody gets the same object, so that what a socket makes of it (its own framing) is made once
 * for all of them.
 */
export interface Frame {
  readonly payload: Uint8Array
  /** The message behind it, which goes out in the same write. */
  readonly next?: Frame
  /** Written by the first socket that sends it. */
  wire?: Uint8Array
}

/** A frame of a message. */
export function frameOf(payload: Uint8Array): Frame {
  return { payload }
}

/** A frame with others behind it: a write costs more than what is in it. */
export function together(first: Frame, others: readonly Frame[]): Frame {
  const [second, ...rest] = others
  return second === undefined ? first : { payload: first.payload, next: together(second, rest) }
}

/** The messages of a frame, in order. */
export function payloadsOf({ payload, next }: Frame): Uint8Array[] {
  return next === undefined ? [payload] : [payload, ...payloadsOf(next)]
}

/** How many bytes the messages of a frame have. */
export function bytesOf({ payload, next }: Frame): number {
  return payload.byteLength + (next === undefined ? 0 : bytesOf(next))
}
