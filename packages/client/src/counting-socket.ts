import { carriesUpdate, decodeClientFrame, encodeSyncStep2, encodeUpdate, splitUpdate, syncType } from '@weft/protocol'
import type { SavedCounter } from './saved-counter.ts'

/**
 * About how large the parts are, in bytes, of what is too large for one message: a single insertion may come on top of
 * it, and a slow uplink should carry a part in seconds.
 */
const sentPartBytes = 1024 * 1024

/** What a connection does at the moments that only its socket sees. */
export interface SocketEvents {
  /** The socket is open and nothing has been said: what to say first, if anything. */
  opened(): Uint8Array | undefined
  /** A step 2 has gone out. */
  answered(): void
  /** Something came that is no message. */
  unreadable(): void
}

/**
 * A WebSocket class that sees what y-websocket's provider really sends: it counts the frames that carry an update, cuts
 * those that are too large into parts in causal order, and speaks first.
 *
 * @param maxMessageBytes the largest message that the server takes
 */
export function countingSocket(
  Base: typeof WebSocket,
  counter: SavedCounter,
  events: SocketEvents,
  maxMessageBytes: number,
): typeof WebSocket {
  return class CountingSocket extends Base {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      // Both listen before the provider can, so that they come first.
      this.addEventListener('open', () => {
        counter.opened()
        const first = events.opened()
        if (first !== undefined) super.send(sendable(first))
      })
      this.addEventListener('message', (event) => {
        if (event.data instanceof ArrayBuffer && event.data.byteLength > 0) return
        // The provider would throw, which ends a Node process.
        event.stopImmediatePropagation()
        events.unreadable()
      })
    }

    override send(data: string | BufferSource | Blob): void {
      if (!(data instanceof Uint8Array) || !carriesUpdate(data)) {
        super.send(data)
        return
      }
      // A socket that is closing swallows what it is given.
      if (this.readyState !== this.OPEN) return
      const kind = data[1] === syncType.step2 ? 'step2' : 'update'
      // What happens before the first step 2 is in that step 2. Alone it might lack what was written offline before it,
      // and the server would have to hold it back.
      if (kind === 'update' && !counter.answered) return
      const parts =
        data.byteLength > maxMessageBytes ? split(data, Math.min(sentPartBytes, maxMessageBytes / 2)) : [data]
      for (const [index, part] of parts.entries()) {
        counter.frameSent(kind, index === parts.length - 1)
        super.send(sendable(part))
      }
      if (kind === 'step2') events.answered()
    }
  }
}

/**
 * The server applies parts as they are. Others may still hear them in several flushes, and Yjs would clean up formats whose text
 * is yet to come: a known limit of what is larger than a message.
 *
 * Parts of a step 2 are step 2 again: the server lets those pass where it holds updates back for others.
 */
function split(frame: Uint8Array, partBytes: number): Uint8Array[] {
  const message = decodeClientFrame(frame)
  if (message.type !== 'sync-step-2' && message.type !== 'update') return [frame]
  const encode = message.type === 'update' ? encodeUpdate : encodeSyncStep2
  return [...splitUpdate(message.update, partBytes)].map(encode)
}

/** Bytes as a WebSocket takes them. */
export function sendable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(bytes)
}
