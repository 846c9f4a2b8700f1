import { describe, expect, it } from 'vitest'
import { Pace, type PaceAccount, type Paced, type PaceLimits } from '../../src/socket/pace.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

const limits: PaceLimits = {
  messagesPerSecond: 100,
  messagesAtOnce: 50,
  bytesPerSecond: 10_000,
  bytesAtOnce: 20_000,
  tooFast: 30_000,
}
const update = new Uint8Array([0, 2, 0])
const presence = new Uint8Array([1, 0])

/** A member whose frames the test sends. */
class FakeMember implements Paced {
  readonly account: PaceAccount
  readonly #pace: Pace
  readonly #held: Uint8Array[] = []
  waiting = false
  sentAway = false
  /** How many of its frames were taken in. */
  taken = 0

  constructor(pace: Pace) {
    this.#pace = pace
    this.account = pace.open()
  }

  wait(): void {
    this.waiting = true
  }

  goOn(): void {
    this.waiting = false
    while (!this.waiting && this.#held.length > 0) this.send(this.#held.shift())
  }

  tooFast(): void {
    this.sentAway = true
    this.waiting = false
    this.#held.length = 0
    this.#pace.forget(this)
  }

  send(frame: Uint8Array = update, times = 1): void {
    for (let i = 0; i < times; i++) {
      if (this.waiting) this.#held.push(frame)
      else {
        this.taken++
        this.#pace.count(this, frame)
      }
    }
  }
}

class PaceFixture {
  readonly surroundings = new FakeSurroundings()
  readonly pace = new Pace(limits, this.surroundings)
  readonly fast = new FakeMember(this.pace)
  readonly other = new FakeMember(this.pace)

  sweep(): void {
    this.pace.sweep()
    for (const { account } of [this.fast, this.other]) account.work.sweep()
  }
}

describe('the pace of members', () => {
  it('S5: whoever is over their messages gets as many as time brings, in order and in small parts, while others work', () => {
    const { surroundings, pace, fast, other } = new PaceFixture()
    other.send()
    fast.send(update, 1_000)
    expect(fast.taken).toBe(51)
    expect(pace.waiting).toBe(1)
    let most = 0
    for (let i = 0; i < 100; i++) {
      const before = fast.taken
      surroundings.advance(10)
      most = Math.max(most, fast.taken - before)
    }
    expect(most).toBeLessThanOrEqual(2)
    expect(fast.taken).toBeGreaterThan(140)
    expect(fast.taken).toBeLessThan(155)
    expect(other.waiting).toBe(false)
  })

  it('S5: the same by bytes, and what asks for much counts as much', () => {
    const bytes = new PaceFixture()
    bytes.other.send()
    bytes.fast.send(new Uint8Array(15_000))
    expect(bytes.fast.waiting).toBe(false)
    bytes.fast.send(new Uint8Array(15_000))
    expect(bytes.fast.waiting).toBe(true)
    bytes.surroundings.advance(990)
    expect(bytes.fast.waiting).toBe(true)
    bytes.surroundings.advance(20)
    expect(bytes.fast.waiting).toBe(false)

    for (const question of [new Uint8Array([3]), new Uint8Array([0, 0, 1, 0])]) {
      const questions = new PaceFixture()
      questions.other.send()
      questions.fast.send(question, 2)
      expect(questions.fast.waiting).toBe(true)
    }
  })

  it('one writer that replays alone is never limited, whatever presence others repeat', () => {
    const { surroundings, pace, fast, other } = new PaceFixture()
    for (let second = 0; second < 60; second++) {
      fast.send(update, 10_000)
      other.send(presence, 10)
      surroundings.advance(1_000)
    }
    expect(fast.taken).toBe(600_000)
    expect(surroundings.timers).toBe(0)
    expect(pace.waiting).toBe(0)
  })

  it('nor are others it was before a reconnect, or who fell silent two sweeps ago', () => {
    const fixture = new PaceFixture()
    const before = new FakeMember(fixture.pace)
    before.send(update, 10)
    fixture.pace.forget(before)
    fixture.fast.send(update, 1_000)
    expect(fixture.fast.taken).toBe(1_000)

    fixture.other.send()
    fixture.fast.send(update, 1_000)
    expect(fixture.fast.waiting).toBe(true)
    fixture.sweep()
    fixture.surroundings.advance(10)
    expect(fixture.fast.waiting).toBe(true)
    fixture.sweep()
    fixture.surroundings.advance(10)
    expect(fixture.fast.waiting).toBe(false)
    expect(fixture.fast.taken).toBe(2_000)
    expect(fixture.surroundings.timers).toBe(0)
  })

  it('S5: whoever stays over for 30 s while others work is sent away, and not before', () => {
    const { surroundings, fast, other } = new PaceFixture()
    other.send()
    fast.send(update, 100)
    for (let tenth = 0; tenth < 299; tenth++) {
      other.send()
      fast.send(update, 20)
      surroundings.advance(100)
    }
    expect(fast.sentAway).toBe(false)
    other.send()
    surroundings.advance(200)
    expect(fast.sentAway).toBe(true)
    expect(other.sentAway).toBe(false)
    expect(surroundings.timers).toBe(0)
  })

  it('whoever had all of their allowance back in between begins anew', () => {
    const { surroundings, fast, other } = new PaceFixture()
    for (let minute = 0; minute < 3; minute++) {
      other.send()
      fast.send(update, 100)
      surroundings.advance(20_000)
      expect(fast.waiting).toBe(false)
      expect(surroundings.timers).toBe(0)
    }
    expect(fast.sentAway).toBe(false)
    expect(fast.taken).toBe(300)
  })

  it('when it is over it has no timer any more', () => {
    const { surroundings, pace, fast, other } = new PaceFixture()
    other.send()
    fast.send(update, 100)
    expect(surroundings.timers).toBe(1)
    pace.close()
    expect(surroundings.timers).toBe(0)
  })
})
