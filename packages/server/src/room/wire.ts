import type { RefusalKind } from '@weft/protocol'
import type { Frame } from './frame.ts'

/** All that a room sees of a socket. */
export interface Wire {
  send(frame: Frame): void
  /**
   * Sends part of a message, at once and in as many frames of the WebSocket as it has parts. What is sent before the last part
   * waits for it.
   */
  sendPart(pieces: readonly Uint8Array[], last: boolean): void
  /** Bytes handed over that have not left yet. */
  readonly buffered: number
  /** Ends the connection with the kind's close code. The room hears no more of it than `leave`. */
  close(kind: RefusalKind): void
  /** Stops reading from the client, so that what it sends waits on its side. */
  pause(): void
  resume(): void
}
