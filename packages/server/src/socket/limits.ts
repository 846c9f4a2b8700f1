import { defaultMaxMessageBytes } from '@weft/protocol'

/** The bounds of connections. Sizes are bytes, times milliseconds. */
export interface SocketLimits {
  /** Largest WebSocket message. */
  readonly messageBytes: number
  /** Messages that a client sent before its document was loaded. Past it the socket is paused, not closed (S2). */
  readonly heldBytes: number
  /** How long a connection may take to say its first word. */
  readonly handshake: number
  /** How long a member may be too slow to take anything before its connection is given up. */
  readonly stalled: number
}

/** The defaults. */
export const defaultSocketLimits: SocketLimits = {
  messageBytes: defaultMaxMessageBytes,
  heldBytes: 1024 * 1024,
  handshake: 10_000,
  stalled: 60_000,
}
