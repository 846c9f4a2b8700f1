/**
 * A message on its way out. Everybody gets the same object, so that what a socket makes of it (its own framing) is made once
 * for all of them.
 */
export interface Frame {
  readonly payload: Uint8Array
  /** Written by the first socket that sends it. */
  wire?: Uint8Array
}

/** A frame of a message. */
export function frameOf(payload: Uint8Array): Frame {
  return { payload }
}
