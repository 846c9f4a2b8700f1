import { defaultMaxMessageBytes } from '@weft/protocol'
import type { PaceLimits } from './pace.ts'

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
  /** How long a connection that was closed may take to answer that. */
  readonly closing: number
  /** Connections that have said nothing yet. Past it the oldest of them go. */
  readonly arrivals: number
  /** Connections of one address elsewhere. */
  readonly perAddress: number
  readonly pace: PaceLimits
}

const MiB = 1024 * 1024

/** The defaults. */
export const defaultSocketLimits: SocketLimits = {
  messageBytes: defaultMaxMessageBytes,
  heldBytes: MiB,
  handshake: 10_000,
  stalled: 60_000,
  closing: 5_000,
  // Those who mean it speak as soon as they are answered, so that even of a crowd few are silent.
  arrivals: 1_000,
  // A large office behind one address.
  perAddress: 1_000,
  // A person makes some ten changes a second; this much costs a twentieth of a core, and the largest message fits twice.
  pace: {
    messagesPerSecond: 5_000,
    messagesAtOnce: 1_000,
    bytesPerSecond: 8 * MiB,
    bytesAtOnce: 32 * MiB,
    tooFast: 30_000,
  },
}
