import { createDecoder, hasContent } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding'
import { MalformedFrameError, readVarString, readVarUint } from './reading.ts'

/**
 * One client's presence in an awareness message (y-protocols 1.0). `json` is the state as it was written, `null`
 * where the client is gone: a server hands it on without parsing it a second time.
 */
export interface AwarenessEntry {
  readonly clientId: number
  readonly clock: number
  readonly json: string
}

/** The `json` of a client that has left. */
export const absent = 'null'

/**
 * Decodes an awareness update. Each state is checked to be JSON, because a receiver's parser would throw on it.
 *
 * @throws MalformedFrameError
 */
export function decodeAwareness(update: Uint8Array): AwarenessEntry[] {
  const decoder = createDecoder(update)
  const count = readVarUint(decoder)
  // An entry is at least three bytes, so a count past that is made up: refuse it before allocating anything.
  if (count > update.byteLength) throw new MalformedFrameError('an awareness update with too few entries')
  const entries: AwarenessEntry[] = []
  for (let i = 0; i < count; i++) {
    const clientId = readVarUint(decoder)
    const clock = readVarUint(decoder)
    const json = readVarString(decoder)
    if (json !== absent) assertJson(json)
    entries.push({ clientId, clock, json })
  }
  if (hasContent(decoder)) throw new MalformedFrameError('bytes after an awareness update')
  return entries
}

/** Encodes entries as an awareness update. */
export function encodeAwareness(entries: Iterable<AwarenessEntry>): Uint8Array {
  const list = [...entries]
  const encoder = createEncoder()
  writeVarUint(encoder, list.length)
  for (const { clientId, clock, json } of list) {
    writeVarUint(encoder, clientId)
    writeVarUint(encoder, clock)
    writeVarString(encoder, json)
  }
  return toUint8Array(encoder)
}

function assertJson(text: string): void {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new MalformedFrameError('a presence state that is not JSON', { cause })
  }
}
