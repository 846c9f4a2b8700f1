import { describe, expect, it } from 'vitest'
import { FlushPace, windowOf } from '../../src/room/flush-pace.ts'
import { RoomFixture } from '../support/room-fixture.ts'

describe('how long edits of a room wait for each other', () => {
  it.each([
    [1, 0],
    [2, 0],
    [10, 2.5],
    [50, 11],
    [200, 11],
    [500, 25],
    [1_000, 39],
    [10_000, 39],
  ])('follows its members: %d of them', (members, window) => {
    expect(windowOf(members, 1)).toBeCloseTo(window)
  })

  it('is longer by as much as the node asks for, but nothing where it was nothing', () => {
    expect(windowOf(50, 4)).toBeCloseTo(44)
    expect(windowOf(1, 4)).toBe(1)
    expect(windowOf(0, 4)).toBe(0)
  })
})

describe('when a room flushes whose window is 10 ms', () => {
  const window = 10

  /** Edits come at these times; flushes happen when they are due. @returns when, and how many edits each had */
  function flushesOf(edits: readonly number[]): { at: number; edits: number }[] {
    const pace = new FlushPace()
    const flushes: { at: number; edits: number }[] = []
    let waiting = 0
    for (let now = 0; now <= 200; now++) {
      for (const edit of edits) {
        if (edit !== now) continue
        pace.edited(now, window)
        waiting++
      }
      if (waiting === 0 || pace.wait(now, window) > 0) continue
      flushes.push({ at: now, edits: waiting })
      waiting = 0
      pace.flushed(now, true)
    }
    return flushes
  }

  it('does not let an edit wait that comes after a quiet time', () => {
    expect(flushesOf([0, 30, 41, 60])).toEqual([0, 30, 41, 60].map((at) => ({ at, edits: 1 })))
  })

  it('lets an edit wait for others that is close behind another', () => {
    expect(flushesOf([0, 7, 12])).toEqual([
      { at: 0, edits: 1 },
      { at: 17, edits: 2 },
    ])
  })

  it('lets an edit wait that is close behind a flush', () => {
    expect(flushesOf([0, 5, 16])).toEqual([
      { at: 0, edits: 1 },
      { at: 15, edits: 1 },
      { at: 26, edits: 1 },
    ])
  })

  it('lets none wait longer than the window, however many come', () => {
    const every4 = Array.from({ length: 40 }, (_, index) => index * 4)
    const flushes = flushesOf(every4)
    expect(flushes.slice(1, 4)).toEqual([
      { at: 14, edits: 3 },
      { at: 26, edits: 3 },
      { at: 38, edits: 3 },
    ])
    expect(flushes.reduce((sum, { edits }) => sum + edits, 0)).toBe(40)
  })

  it('keeps a window between deliveries of what has no time of its own', () => {
    const pace = new FlushPace()
    expect(pace.wait(100, window)).toBe(0)
    pace.flushed(100, true)
    expect(pace.wait(104, window)).toBe(6)
    pace.flushed(104, false)
    expect(pace.wait(109, window)).toBe(1)
    expect(pace.wait(109.5, window)).toBe(0)
  })
})

describe('a room of fifty', () => {
  it('tells of a lone edit at once, and of two that are close together in one frame', async () => {
    const fixture = await RoomFixture.open()
    const clients = Array.from({ length: 50 }, () => fixture.join({ shows: false }))
    const [writer, reader] = clients
    if (writer === undefined || reader === undefined) throw new Error('nobody is there')
    await fixture.settle(...clients)
    const type = (): void => {
      writer.text.insert(0, 'x')
      writer.send()
    }
    reader.wire.take()
    type()
    fixture.surroundings.advance(0)
    expect(reader.wire.take()).toHaveLength(1)
    type()
    fixture.surroundings.advance(8)
    type()
    fixture.surroundings.advance(2)
    expect(reader.wire.take()).toEqual([])
    fixture.surroundings.advance(1)
    expect(reader.wire.take()).toHaveLength(1)
  })
})
