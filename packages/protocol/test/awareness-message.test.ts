import fc from 'fast-check'
import { equalityDeep } from 'lib0/function'
import { describe, expect, it } from 'vitest'
import {
  absent,
  decodeAwareness,
  decodeClientFrame,
  encodeAwareness,
  encodeAwarenessFrame,
  MalformedFrameError,
  maxPresenceDepth,
  maxPresenceMessageBytes,
  maxPresenceStateBytes,
  PresenceTooLargeError,
} from '../src/index.ts'

/** What decoding makes of one state, written as this text. */
function decoded(json: string): string | undefined {
  return decodeAwareness(encodeAwareness([{ clientId: 1, clock: 1, json }]))[0]?.json
}

function nested(depth: number, inside = ''): string {
  return '['.repeat(depth) + inside + ']'.repeat(depth)
}

describe('presence states', () => {
  it('are handed on as they were written', () => {
    for (const json of ['{"a": 1}', '[]', '""', '"null"', '0', '{"text":"[[[{{{ \\" \\\\"}']) {
      expect(decoded(json)).toBe(json)
    }
  })

  it('R6: null in any spelling means gone, as receivers will read it', () => {
    for (const json of ['null', ' null', 'null\n', '\t null ']) expect(decoded(json)).toBe(absent)
  })

  it('R3: a state too deep for the stack of those who receive it is malformed', () => {
    expect(decoded(nested(maxPresenceDepth))).toBe(nested(maxPresenceDepth))
    const deep = [nested(maxPresenceDepth + 1), nested(16_000), '{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000)]
    for (const json of deep) expect(() => decoded(json)).toThrow(MalformedFrameError)
    // As many brackets as fit must not exhaust our own stack either, nor are they counted where a text holds them.
    expect(() => decoded(nested(maxPresenceStateBytes / 2))).toThrow(MalformedFrameError)
    const long = JSON.stringify({ a: '\\['.repeat(maxPresenceStateBytes / 4) })
    expect(decoded(long)).toBe(long)
  })

  it('R3: a state past its bound is refused before it is parsed: what is no JSON at all makes no difference', () => {
    const most = `"${'x'.repeat(maxPresenceStateBytes - 2)}"`
    expect(decoded(most)).toBe(most)
    expect(() => decoded('{'.repeat(maxPresenceStateBytes))).toThrow(MalformedFrameError)
    expect(() => decoded('{'.repeat(maxPresenceStateBytes + 1))).toThrow(PresenceTooLargeError)
    // The bound is of bytes, not of characters.
    expect(() => decoded(`"${'é'.repeat(maxPresenceStateBytes / 2)}"`)).toThrow(PresenceTooLargeError)
  })

  it('R3: so is a message of many states, each of which would be small enough', () => {
    const state = '{'.repeat(maxPresenceStateBytes)
    const entries = Array.from({ length: maxPresenceMessageBytes / maxPresenceStateBytes }, (_, clientId) => {
      return { clientId, clock: 1, json: state }
    })
    expect(() => decodeClientFrame(encodeAwarenessFrame(entries.slice(1)))).toThrow(MalformedFrameError)
    expect(() => decodeClientFrame(encodeAwarenessFrame(entries))).toThrow(PresenceTooLargeError)
  })

  it('R3: whatever is taken, a stock client can compare, and write anew as it sends it back', () => {
    const state = fc.oneof(
      fc.json({ depthSize: 'medium' }),
      fc.integer({ min: 1, max: maxPresenceDepth }).map((depth) => nested(depth)),
    )
    fc.assert(
      fc.property(state, (json) => {
        const taken = decoded(json) ?? ''
        const [first, second]: unknown[] = [JSON.parse(taken), JSON.parse(taken)]
        // That is what y-protocols does with a state that it receives.
        expect(equalityDeep(first, second)).toBe(true)
        expect(JSON.parse(decoded(JSON.stringify(first)) ?? '')).toEqual(first)
      }),
    )
  })
})
