import { describe, expect, it } from 'vitest'
import { type LoadReading, ProcessLoadGauge } from '../../src/load/load-gauge.ts'
import { type LoadStage, NodeLoad } from '../../src/load/node-load.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

/** A load whose readings are the test's. */
class LoadFixture {
  readonly surroundings = new FakeSurroundings()
  readonly changes: [LoadStage, LoadStage][] = []
  closed = false
  reading: LoadReading = { delay: 0, memory: 0.1 }
  readonly load = new NodeLoad({
    gauge: { read: () => this.reading, close: () => (this.closed = true) },
    surroundings: this.surroundings,
    changed: (stage, before) => this.changes.push([before, stage]),
  })

  /** Lets so many readings be the same. */
  read(reading: Partial<LoadReading>, times: number): void {
    this.reading = { delay: 0, memory: 0.1, ...reading }
    this.surroundings.advance(500 * times)
  }
}

describe('what a node does about its load', () => {
  it.each<[string, Partial<LoadReading>, LoadStage]>([
    ['a loop that is hardly late', { delay: 24 }, 0],
    ['a loop that is late', { delay: 25 }, 1],
    ['a loop that is later', { delay: 60 }, 2],
    ['a loop that is much too late', { delay: 250 }, 3],
    ['little memory left', { memory: 0.8 }, 1],
    ['less', { memory: 0.85 }, 2],
    ['next to none', { memory: 0.9 }, 3],
  ])('S5: %s', (_name, reading, stage) => {
    const fixture = new LoadFixture()
    fixture.read(reading, 6)
    const { load } = fixture
    expect(load.stage).toBe(stage)
    expect(load.presenceInterval > 0).toBe(stage >= 1)
    expect(load.flushWidening > 1).toBe(stage >= 2)
    expect(load.turnAway() !== undefined).toBe(stage === 3)
  })

  it('S5: one bad reading is no overload: a large document is loaded now and then', () => {
    const fixture = new LoadFixture()
    for (let i = 0; i < 5; i++) {
      fixture.read({ delay: 900 }, 1)
      fixture.read({}, 1)
    }
    expect(fixture.changes).toEqual([])
  })

  it('S5: nobody is turned away for less than three seconds of it', () => {
    const fixture = new LoadFixture()
    for (let i = 0; i < 3; i++) {
      fixture.read({ delay: 900 }, 5)
      expect(fixture.load.turnAway()).toBeUndefined()
      fixture.read({ delay: 100 }, 1)
    }
    expect(fixture.changes).toEqual([[0, 2]])
  })

  it('S5: calms down one stage after the other, each after two seconds below it', () => {
    const fixture = new LoadFixture()
    fixture.read({ delay: 300 }, 6)
    fixture.read({}, 3)
    expect(fixture.load.stage).toBe(3)
    // A reading in between begins the wait anew.
    fixture.read({ delay: 300 }, 1)
    fixture.read({}, 12)
    expect(fixture.changes).toEqual([
      [0, 2],
      [2, 3],
      [3, 2],
      [2, 1],
      [1, 0],
    ])
  })

  it('S5: those who are not let in come back one after the other, and none later than in half a minute', () => {
    const fixture = new LoadFixture()
    fixture.read({ delay: 300 }, 6)
    const waits = Array.from({ length: 5_000 }, () => fixture.load.turnAway() ?? 0)
    expect(waits.slice(0, 3)).toEqual([2_000, 2_010, 2_020])
    expect(Math.max(...waits)).toBe(30_000)
  })

  it('when it is over, nothing is read any more', () => {
    const fixture = new LoadFixture()
    fixture.load.close()
    expect(fixture.surroundings.timers).toBe(0)
    expect(fixture.closed).toBe(true)
  })
})

describe('a reading of this process', () => {
  it('says how late the loop was since the last one, and how much memory is used', async () => {
    const gauge = new ProcessLoadGauge()
    await turns(3)
    gauge.read()
    for (let i = 0; i < 3; i++) {
      block(100)
      await turns(1)
    }
    const { delay, memory } = gauge.read()
    expect(delay).toBeGreaterThan(25)
    expect(memory).toBeGreaterThan(0)
    expect(memory).toBeLessThan(1)
    gauge.close()
  })
})

/** So many times as the watch looks. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 20))
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}
