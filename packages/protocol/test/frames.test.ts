import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AwarenessEntry,
  carriesUpdate,
  type ClientMessage,
  decodeAwareness,
  decodeClientFrame,
  decodeServerExtension,
  encodeAwareness,
  encodeAwarenessFrame,
  encodeEpoch,
  encodeError,
  encodeSaved,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeToken,
  encodeUpdate,
  MalformedFrameError,
} from '../src/index.ts'

const bytes = fc.uint8Array({ maxLength: 300 })
const entry: fc.Arbitrary<AwarenessEntry> = fc.record({
  clientId: fc.nat(2 ** 32 - 1),
  clock: fc.nat(),
  json: fc.oneof(fc.constant('null'), fc.json()),
})

/** A frame, and what it says. */
const frame: fc.Arbitrary<[Uint8Array, ClientMessage]> = fc.oneof(
  bytes.map((stateVector): [Uint8Array, ClientMessage] => [
    encodeSyncStep1(stateVector),
    { type: 'sync-step-1', stateVector },
  ]),
  bytes.map((update): [Uint8Array, ClientMessage] => [encodeSyncStep2(update), { type: 'sync-step-2', update }]),
  bytes.map((update): [Uint8Array, ClientMessage] => [encodeUpdate(update), { type: 'update', update }]),
  fc
    .array(entry, { maxLength: 5 })
    .map((entries): [Uint8Array, ClientMessage] => [encodeAwarenessFrame(entries), { type: 'awareness', entries }]),
  fc.constant<[Uint8Array, ClientMessage]>([new Uint8Array([3]), { type: 'query-awareness' }]),
  fc.string().map((token): [Uint8Array, ClientMessage] => [encodeToken(token), { type: 'token', token }]),
  fc.string().map((epoch): [Uint8Array, ClientMessage] => [encodeEpoch(epoch), { type: 'epoch', epoch }]),
)

/** Decodes, or says that it cannot be: anything else that is thrown is a fault. */
function decodes(candidate: Uint8Array): boolean {
  try {
    decodeClientFrame(candidate)
    return true
  } catch (error) {
    if (error instanceof MalformedFrameError) return false
    throw error
  }
}

describe('frames', () => {
  it('every message comes back as it was written', () => {
    fc.assert(
      fc.property(frame, ([written, message]) => {
        expect(decodeClientFrame(written)).toEqual(message)
      }),
    )
  })

  it('R3: any bytes are a message or malformed, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (candidate) => void decodes(candidate)),
      { numRuns: 5_000 },
    )
  })

  it('R3: a frame that was cut, or has more behind it, is malformed', () => {
    fc.assert(
      fc.property(frame, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 5 }), ([written], at, more) => {
        expect(decodes(written.slice(0, at % written.length))).toBe(false)
        expect(decodes(Uint8Array.from([...written, ...more]))).toBe(false)
      }),
    )
  })

  it('R3: a frame of which a byte was changed is a message or malformed', () => {
    fc.assert(
      fc.property(
        frame,
        fc.nat(),
        fc.nat(255),
        ([written], at, to) => void decodes(written.with(at % written.length, to)),
      ),
      { numRuns: 3_000 },
    )
  })

  it('R3: a length past the end of the message reads nothing of what lies behind it in memory', () => {
    const shared = new Uint8Array(64).fill(0x41)
    // An update that claims 40 bytes and has 2; the other 0x41 are somebody else's.
    shared.set([0, 2, 40, 1, 1], 8)
    expect(decodes(shared.subarray(8, 13))).toBe(false)
  })

  it('what is handed on does not hold on to the buffer it came in', () => {
    const shared = new Uint8Array(64)
    shared.set(encodeUpdate(new Uint8Array([1, 2, 3])), 8)
    const message = decodeClientFrame(shared.subarray(8, 14))
    expect(message.type === 'update' && message.update.buffer.byteLength).toBe(3)
  })

  it('R3: presence that is not JSON is malformed: it would throw at everyone else', () => {
    for (const json of ['{', 'undefined', '', "{'a':1}"]) {
      expect(() => decodeAwareness(encodeAwareness([{ clientId: 1, clock: 1, json }]))).toThrow(MalformedFrameError)
    }
  })

  it('R3: a count of entries that the message cannot hold is malformed', () => {
    expect(() => decodeAwareness(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1]))).toThrow(MalformedFrameError)
  })

  it('R3: a text that is not UTF-8 is malformed', () => {
    expect(decodes(new Uint8Array([101, 2, 0xc3, 0x28]))).toBe(false)
  })

  it("the server's own messages come back as they were written", () => {
    expect(decodeServerExtension(encodeSaved(70_000))).toEqual({ type: 'saved', frames: 70_000 })
    expect(decodeServerExtension(encodeError('read-only', 'Sorry ✋', 7))).toEqual({
      type: 'error',
      kind: 'read-only',
      text: 'Sorry ✋',
      frame: 7,
    })
    expect(decodeServerExtension(encodeEpoch('e'))).toEqual({ type: 'epoch', epoch: 'e' })
    expect(decodeServerExtension(encodeUpdate(new Uint8Array([0, 0])))).toBeUndefined()
  })

  it('R2: saved counts step 2 and update, and no other frame', () => {
    const empty = new Uint8Array([0, 0])
    expect([encodeSyncStep2(empty), encodeUpdate(empty)].map(carriesUpdate)).toEqual([true, true])
    const others = [
      encodeSyncStep1(empty),
      encodeAwarenessFrame([]),
      encodeToken('t'),
      new Uint8Array([3]),
      new Uint8Array(),
    ]
    expect(others.some(carriesUpdate)).toBe(false)
  })
})
