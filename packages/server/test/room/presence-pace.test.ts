import { describe, expect, it } from 'vitest'
import { presenceBytesAtOnce, PresencePace, weightOf } from '../../src/room/presence-pace.ts'

describe('when presence may go out', () => {
  it('is at once in a room that was quiet, and soon again in a small one', () => {
    const pace = new PresencePace()
    expect(pace.until(0, 500, -Infinity)).toBe(0)
    pace.sent(1_000, 10, 300)
    expect(pace.until(1_000, 10, 0)).toBe(0)
    expect(pace.until(1_000, 10, 1_011)).toBe(11)
    expect(pace.last).toBe(1_000)
  })

  it('is when the share of a core has paid for the writes and for the bytes', () => {
    const pace = new PresencePace()
    // 500 × 10,000 bytes take 5 ms, 500 writes 2.5 ms; a fifth of a core has paid for that after 37.5 ms.
    pace.sent(0, 500, 10_000)
    expect(pace.until(0, 500, 25)).toBeCloseTo(37.5)
    expect(pace.until(37, 500, 25)).toBe(0)
  })

  it('is earlier with an edit, whose writes it shares, but never before its bytes are paid for', () => {
    const pace = new PresencePace()
    pace.sent(0, 500, 10_000)
    expect(pace.untilAlong(0, 0)).toBeCloseTo(25)
    expect(pace.untilAlong(25, 0)).toBe(0)
    expect(pace.untilAlong(25, 500)).toBe(475)
  })

  it('is later for each message that came early: over time the share is kept', () => {
    const pace = new PresencePace()
    for (let sent = 0; sent < 10; sent++) pace.sent(0, 500, 10_000)
    expect(pace.untilAlong(0, 0)).toBeCloseTo(250)
  })
})

describe('how much presence goes out', () => {
  it.each([
    [10, 995_000],
    [500, 15_000],
    [1_000, 5_000],
    [100_000, 5_000],
  ])('at once is what takes ten milliseconds, and never mostly writes: %d members', (members, bytes) => {
    expect(presenceBytesAtOnce(members)).toBeCloseTo(bytes)
  })

  it('weighs what it is, but a state that is far too large some times over', () => {
    expect(weightOf([300, 1_024])).toBe(1_324)
    expect(weightOf([300, 2_024])).toBe(300 + 1_024 + 4_000)
  })
})
