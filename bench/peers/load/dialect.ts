/**
 * How a client says things. All systems take y-websocket's messages; Hocuspocus puts the document's name before each, and asks who
 * one is first.
 */
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'

/** An update that says nothing. */
const nothing = Uint8Array.of(0, 0)

/** One framing. */
export interface Dialect {
  /** How many bytes stand before the message, in both directions. */
  prefixLength(document: string): number
  /** Puts the prefix before a message. */
  frame(document: string, message: Uint8Array): Uint8Array
  /** What a stock client sends as soon as it is connected. */
  greeting(document: string, stateVector?: Uint8Array): readonly Uint8Array[]
  /** Whether a server answers a sync step 1 at all. */
  readonly answers: boolean
}

/** y-websocket's own framing. */
export const plainDialect: Dialect = {
  prefixLength: () => 0,
  frame: (_document, message) => message,
  greeting: (_document, stateVector) => [syncStep1(stateVector)],
  answers: true,
}

/** The same for a server that only passes on what it hears. */
export const relayDialect: Dialect = { ...plainDialect, answers: false }

/** Hocuspocus's framing. */
export const hocuspocusDialect: Dialect = {
  prefixLength: (document) => withName(document, Uint8Array.of()).length,
  frame: withName,
  greeting: (document, stateVector) => [
    withName(
      document,
      encode((encoder) => {
        writeVarUint(encoder, 2)
        writeVarUint(encoder, 0)
        writeVarString(encoder, 'none')
        writeVarString(encoder, '4.7.0')
      }),
    ),
    withName(document, syncStep1(stateVector)),
  ],
  answers: true,
}

/** A message with an update. */
export function updateMessage(update: Uint8Array): Uint8Array {
  return syncMessage(2, update)
}

/** The answer to a server's sync step 1 of somebody who has nothing. */
export const emptyStep2: Uint8Array = syncMessage(1, nothing)

/** A message with presence states, as y-protocols encodes them. */
export function awarenessMessage(states: readonly { client: number; clock: number; json: string }[]): Uint8Array {
  const payload = encode((encoder) => {
    writeVarUint(encoder, states.length)
    for (const { client, clock, json } of states) {
      writeVarUint(encoder, client)
      writeVarUint(encoder, clock)
      writeVarString(encoder, json)
    }
  })
  return encode((encoder) => {
    writeVarUint(encoder, 1)
    writeVarUint8Array(encoder, payload)
  })
}

function syncStep1(stateVector: Uint8Array = Uint8Array.of(0)): Uint8Array {
  return syncMessage(0, stateVector)
}

function syncMessage(type: number, payload: Uint8Array): Uint8Array {
  return encode((encoder) => {
    writeVarUint(encoder, 0)
    writeVarUint(encoder, type)
    writeVarUint8Array(encoder, payload)
  })
}

function withName(document: string, message: Uint8Array): Uint8Array {
  const name = encode((encoder) => writeVarString(encoder, document))
  return Buffer.concat([name, message])
}

function encode(write: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder()
  write(encoder)
  return toUint8Array(encoder)
}
