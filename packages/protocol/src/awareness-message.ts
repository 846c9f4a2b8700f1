import { createDecoder, hasContent } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding'
import { maxPresenceStateBytes } from './limits.ts'
import { MalformedFrameError, peekLength, PresenceTooLargeError, readVarString, readVarUint } from './reading.ts'

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
 * How deep a presence state may be nested. Receivers compare states and write them anew, both recursively: at some
 * thousands that is the end of their stack.
 */
export const maxPresenceDepth: number = 256

/**
 * Decodes an awareness update. Each state is checked to be JSON that receivers can handle, because their parsers would
 * throw otherwise; how large it is, before anything of it is read.
 *
 * @throws MalformedFrameError
 * @throws PresenceTooLargeError
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
    if (peekLength(decoder) > maxPresenceStateBytes) {
      throw new PresenceTooLargeError(`a presence state is larger than ${maxPresenceStateBytes} bytes`)
    }
    entries.push({ clientId, clock, json: checkedJson(readVarString(decoder)) })
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

/** The text, or `absent` where it is another spelling of null. */
function checkedJson(text: string): string {
  if (text === absent) return absent
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch (cause) {
    throw new MalformedFrameError('a presence state that is not JSON', { cause })
  }
  if (state === null) return absent
  // Short texts, which is what nearly all are, cannot be too deep.
  if (text.length > 2 * maxPresenceDepth && depthOf(text) > maxPresenceDepth) {
    throw new MalformedFrameError(`a presence state that is nested deeper than ${maxPresenceDepth}`)
  }
  return text
}

/** How deep a JSON text is nested. A loop over it, since an expression could itself run out of stack on a long string. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    if (inString) {
      if (character === '\\') i++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth)
    else if (character === ']' || character === '}') depth--
  }
  return deepest
}
