/**
 * The wire: y-websocket's framing (sync, awareness, auth, query awareness) and the messages that Weft adds for
 * clients which offer the subprotocol `weft.1` (saved, token, error, epoch). docs/protocol.md has the bytes.
 */
import { createDecoder, type Decoder, hasContent } from 'lib0/decoding'
import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
} from 'lib0/encoding'
import { type AwarenessEntry, decodeAwareness, encodeAwareness } from './awareness-message.ts'
import { maxPresenceMessageBytes } from './limits.ts'
import {
  MalformedFrameError,
  peekLength,
  PresenceTooLargeError,
  readVarBytes,
  readVarString,
  readVarUint,
} from './reading.ts'

/** The subprotocol that a client offers to be told what is saved. */
export const weftSubprotocol = 'weft.1'

/** What a subprotocol begins with that carries a token: `bearer.<jwt>`. */
export const bearerSubprotocolPrefix = 'bearer.'

/** The first number of a frame. */
export const messageType = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  saved: 100,
  token: 101,
  error: 102,
  epoch: 103,
} as const

/** The second number of a sync frame. */
export const syncType = { step1: 0, step2: 1, update: 2 } as const

/** What a client may say. */
export type ClientMessage =
  | { readonly type: 'sync-step-1'; readonly stateVector: Uint8Array }
  | { readonly type: 'sync-step-2'; readonly update: Uint8Array }
  | { readonly type: 'update'; readonly update: Uint8Array }
  | { readonly type: 'awareness'; readonly entries: AwarenessEntry[] }
  | { readonly type: 'query-awareness' }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'epoch'; readonly epoch: string }

/** What a server says beyond stock y-websocket. */
export type ServerExtension =
  | { readonly type: 'saved'; readonly frames: number }
  | { readonly type: 'error'; readonly kind: string; readonly text: string; readonly frame: number }
  | { readonly type: 'epoch'; readonly epoch: string }

/**
 * Decodes one frame from a client.
 *
 * @throws MalformedFrameError for anything that is not exactly one message
 * @throws PresenceTooLargeError
 */
export function decodeClientFrame(frame: Uint8Array): ClientMessage {
  const decoder = createDecoder(frame)
  const message = readClientMessage(decoder)
  if (hasContent(decoder)) throw new MalformedFrameError('bytes after the message')
  return message
}

function readClientMessage(decoder: Decoder): ClientMessage {
  const type = readVarUint(decoder)
  switch (type) {
    case messageType.sync:
      return readSync(decoder)
    case messageType.awareness:
      return { type: 'awareness', entries: readPresence(decoder) }
    case messageType.queryAwareness:
      return { type: 'query-awareness' }
    case messageType.token:
      return { type: 'token', token: readVarString(decoder) }
    case messageType.epoch:
      return { type: 'epoch', epoch: readVarString(decoder) }
    default:
      throw new MalformedFrameError(`a message of type ${type}, which no client sends`)
  }
}

function readPresence(decoder: Decoder): AwarenessEntry[] {
  if (peekLength(decoder) > maxPresenceMessageBytes) {
    throw new PresenceTooLargeError(`a message of presence is larger than ${maxPresenceMessageBytes} bytes`)
  }
  return decodeAwareness(readVarBytes(decoder))
}

function readSync(decoder: Decoder): ClientMessage {
  const type = readVarUint(decoder)
  switch (type) {
    case syncType.step1:
      return { type: 'sync-step-1', stateVector: readVarBytes(decoder) }
    case syncType.step2:
      return { type: 'sync-step-2', update: readVarBytes(decoder) }
    case syncType.update:
      return { type: 'update', update: readVarBytes(decoder) }
    default:
      throw new MalformedFrameError(`a sync message of type ${type}`)
  }
}

/** Whether a frame carries an update (sync step 2 or update): those are the frames that `saved` counts. */
export function carriesUpdate(frame: Uint8Array): boolean {
  return frame[0] === messageType.sync && (frame[1] === syncType.step2 || frame[1] === syncType.update)
}

/**
 * Decodes a server's frame of type 100, 102 or 103; undefined for any other.
 *
 * @throws MalformedFrameError
 */
export function decodeServerExtension(frame: Uint8Array): ServerExtension | undefined {
  const decoder = createDecoder(frame)
  switch (readVarUint(decoder)) {
    case messageType.saved:
      return { type: 'saved', frames: readVarUint(decoder) }
    case messageType.error:
      return {
        type: 'error',
        kind: readVarString(decoder),
        text: readVarString(decoder),
        frame: readVarUint(decoder),
      }
    case messageType.epoch:
      return { type: 'epoch', epoch: readVarString(decoder) }
    default:
      return undefined
  }
}

/** Sync step 1: what the sender has; the answer is what it lacks. */
export function encodeSyncStep1(stateVector: Uint8Array): Uint8Array {
  return encodeSync(syncType.step1, stateVector)
}

/** Sync step 2: the answer to step 1. A stock client is `synced` once it has applied it. */
export function encodeSyncStep2(update: Uint8Array): Uint8Array {
  return encodeSync(syncType.step2, update)
}

/** An update. */
export function encodeUpdate(update: Uint8Array): Uint8Array {
  return encodeSync(syncType.update, update)
}

/** What an update message begins with, whose update has so many bytes and follows. */
export function encodeUpdateHead(bytes: number): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, messageType.sync)
    writeVarUint(encoder, syncType.update)
    writeVarUint(encoder, bytes)
  })
}

/** An awareness message of these entries. */
export function encodeAwarenessFrame(entries: Iterable<AwarenessEntry>): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, messageType.awareness)
    writeVarUint8Array(encoder, encodeAwareness(entries))
  })
}

/** Stock "permission denied", which stock clients print. */
export function encodePermissionDenied(reason: string): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, messageType.auth)
    writeVarUint(encoder, 0)
    writeVarString(encoder, reason)
  })
}

/** 100: how many of this connection's frames that carried an update are durable, counted from its opening. */
export function encodeSaved(frames: number): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, messageType.saved)
    writeVarUint(encoder, frames)
  })
}

/** 101: a fresh token, from client to server. */
export function encodeToken(token: string): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, messageType.token)
    writeVarString(encoder, token)
  })
}

/**
 * 102: something was refused.
 *
 * @param frame which of this connection's frames that carried an update was refused; 0 for none
 */
export function encodeError(kind: string, text: string, frame: number): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, messageType.error)
    writeVarString(encoder, kind)
    writeVarString(encoder, text)
    writeVarUint(encoder, frame)
  })
}

/** 103: which life of the document the sender knows. */
export function encodeEpoch(epoch: string): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, messageType.epoch)
    writeVarString(encoder, epoch)
  })
}

function encodeSync(type: number, payload: Uint8Array): Uint8Array {
  // Sized once: a merged update of megabytes would otherwise be copied as the encoder grows.
  const header = createEncoder()
  writeVarUint(header, messageType.sync)
  writeVarUint(header, type)
  writeVarUint(header, payload.byteLength)
  const start = toUint8Array(header)
  const frame = new Uint8Array(start.byteLength + payload.byteLength)
  frame.set(start)
  frame.set(payload, start.byteLength)
  return frame
}

function encode(write: (encoder: Encoder) => void): Uint8Array {
  const encoder = createEncoder()
  write(encoder)
  return toUint8Array(encoder)
}
