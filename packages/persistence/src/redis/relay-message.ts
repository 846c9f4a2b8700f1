import type { Entry } from '../document-log.ts'
import { type Formats, reads } from '../formats.ts'
import type { RelayedAppend } from '../relay.ts'
import { decodeEntry } from '../record.ts'

/*
 * A message on a document's channel: a byte that names the format (formats.ts), one that names the kind, then
 * - append: length of the places (uint16), the places as lines of text (epoch, first, last, previous tip, tip, origin), and of
 *   each entry the length of its record (uint32) and the record. The script that appends writes it.
 * - presence: length of the origin (uint16), the origin, the room's bytes.
 * All little endian.
 */
const kinds = { append: 1, presence: 2 } as const

/** What came over a channel. */
export type RelayMessage =
  | { readonly kind: 'append'; readonly append: RelayedAppend }
  | { readonly kind: 'presence'; readonly origin: string; readonly message: Uint8Array }

/** Presence as a message. */
export function encodePresence(origin: string, message: Uint8Array, { written }: Formats): Buffer {
  const name = Buffer.from(origin)
  const header = Buffer.alloc(4)
  header.writeUInt8(written, 0)
  header.writeUInt8(kinds.presence, 1)
  header.writeUInt16LE(name.byteLength, 2)
  return Buffer.concat([header, name, message])
}

/**
 * What a message says; undefined where this version of Weft cannot read it. Then the log has what it carried.
 *
 * @param document for the error of an entry that cannot be read
 */
export function decodeRelayMessage(bytes: Buffer, document: string, formats: Formats): RelayMessage | undefined {
  try {
    if (!reads(formats, bytes.readUInt8(0))) return undefined
    const textEnd = 4 + bytes.readUInt16LE(2)
    const text = bytes.toString('utf8', 4, textEnd)
    switch (bytes.readUInt8(1)) {
      case kinds.append:
        return appendIn(text, bytes.subarray(textEnd), document, formats)
      case kinds.presence:
        return { kind: 'presence', origin: text, message: bytes.subarray(textEnd) }
      default:
        return undefined
    }
  } catch {
    // Cut short, or an entry of a newer format or with a wrong checksum: reading the log says which, and of what.
    return undefined
  }
}

function appendIn(text: string, records: Buffer, document: string, formats: Formats): RelayMessage | undefined {
  const [epoch, first, last, previousTip, tip, origin] = text.split('\n')
  if (epoch === undefined || previousTip === undefined || tip === undefined || origin === undefined) return undefined
  const places = { epoch, first: Number(first), last: Number(last), previousTip, tip }
  const entries: Entry[] = []
  let at = 0
  for (let position = places.first; position <= places.last; position++) {
    const end = at + 4 + records.readUInt32LE(at)
    entries.push(decodeEntry(records.subarray(at + 4, end), document, position, formats))
    at = end
  }
  return { kind: 'append', append: { ...places, origin, entries } }
}
