import { encodeAwarenessFrame } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import type { FakeClient } from '../support/fake-client.ts'
import { RoomFixture } from '../support/room-fixture.ts'

const isPresence = (frame: Uint8Array): boolean => frame[0] === 1

/** A room of so many, each of whom can show a caret. */
class Crowd {
  readonly fixture: RoomFixture
  readonly people: FakeClient[]
  readonly #clocks: number[]

  private constructor(fixture: RoomFixture, people: FakeClient[]) {
    this.fixture = fixture
    this.people = people
    this.#clocks = people.map(() => 0)
  }

  static async gather(count: number): Promise<Crowd> {
    const fixture = await RoomFixture.open()
    const people = Array.from({ length: count }, () => fixture.join({ shows: false }))
    const crowd = new Crowd(fixture, people)
    await fixture.settle(...people)
    return crowd
  }

  person(index: number): FakeClient {
    const person = this.people[index]
    if (person === undefined) throw new RangeError(`nobody has number ${index}`)
    return person
  }

  /** Somebody's caret moves. A state is as long as editors make it. */
  move(index: number): void {
    const clock = (this.#clocks[index] ?? 0) + 1
    this.#clocks[index] = clock
    const json = JSON.stringify(`${index}-${clock}`.padEnd(270, ' '))
    this.person(index).sendFrame(encodeAwarenessFrame([{ clientId: 1_000 + index, clock, json }]))
  }

  type(index: number): void {
    const { text } = this.person(index)
    text.insert(0, 'x')
    this.person(index).send()
  }

  /** Lets time pass and everyone hear, whose bytes are gone. @returns what the listener heard */
  pass(milliseconds: number, listener: FakeClient): Uint8Array[] {
    const heard: Uint8Array[] = []
    for (let waited = 0; waited < milliseconds; waited++) {
      this.fixture.surroundings.advance(1)
      heard.push(...listener.wire.take())
      for (const { wire, member } of this.people) {
        if (wire.take().length > 0) this.fixture.room.drained(member)
      }
    }
    return heard
  }

  /** Who of them the frames tell of, in order. */
  static told(frames: readonly Uint8Array[]): string[] {
    return frames.filter(isPresence).flatMap((frame) =>
      [
        ...Buffer.from(frame)
          .toString('latin1')
          .matchAll(/"(\d+-\d+) /g),
      ].map(([, who]) => who ?? ''),
    )
  }
}

describe('S5: five hundred whose carets move', () => {
  it('S5: hear of each other within a tenth of a second, of every move, and a lone edit at once', async () => {
    const crowd = await Crowd.gather(500)
    const listener = crowd.person(499)
    const told = new Set<string>()
    let slowestEdit = 0
    let editSent: number | undefined
    for (let now = 0; now < 1_000; now++) {
      crowd.move(now % 498)
      if (now % 100 === 50) {
        crowd.type(498)
        editSent = now
      }
      const heard = crowd.pass(1, listener)
      for (const who of Crowd.told(heard)) told.add(who)
      if (editSent !== undefined && heard.some((frame) => !isPresence(frame))) {
        slowestEdit = Math.max(slowestEdit, now - editSent)
        editSent = undefined
      }
    }
    for (const who of Crowd.told(crowd.pass(100, listener))) told.add(who)
    expect(editSent).toBeUndefined()
    expect(slowestEdit).toBeLessThanOrEqual(1)
    expect(told.size).toBe(1_000)
  })

  it('S5: hear in parts of what changed all at once, the longest unheard first, and of the last of it in the end', async () => {
    const crowd = await Crowd.gather(500)
    const listener = crowd.person(499)
    for (let index = 0; index < 499; index++) crowd.move(index)
    const first = crowd.pass(1, listener)
    expect(first.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(16_000)
    // Whoever was told of and moves again has to let the others go first; who was not is told of once.
    crowd.move(0)
    crowd.move(400)
    const heard = [...first, ...crowd.pass(2_000, listener)]
    // Full messages: what is left of a telling goes out with the next.
    expect(heard).toHaveLength(9)
    const told = Crowd.told(heard)
    const once = Array.from({ length: 499 }, (_, index) => (index === 400 ? '400-2' : `${index}-1`))
    expect(told).toEqual([...once, '0-2'])
  })

  it('S5: hear of it in the same write as of an edit', async () => {
    const crowd = await Crowd.gather(500)
    const listener = crowd.person(499)
    crowd.move(0)
    crowd.pass(15, listener)
    crowd.move(1)
    expect(crowd.pass(5, listener)).toEqual([])
    const { writes } = listener.wire
    crowd.type(498)
    crowd.fixture.surroundings.advance(0)
    // The writer knows its own edit, but not the caret.
    expect(crowd.person(498).wire.take().filter(isPresence)).toHaveLength(1)
    const heard = crowd.pass(1, listener)
    expect(heard.map(isPresence)).toEqual([false, true])
    expect(listener.wire.writes).toBe(writes + 1)
    expect(Crowd.told(heard)).toEqual(['1-1'])
    expect(crowd.pass(100, listener)).toEqual([])
  })

  it('S5: hear of each other more seldom on a node that is hard pressed, but of everyone', async () => {
    const crowd = await Crowd.gather(500)
    const listener = crowd.person(499)
    crowd.fixture.pressure.presenceInterval = 1_000
    crowd.pass(1_000, listener)
    for (let index = 0; index < 499; index++) crowd.move(index)
    expect(Crowd.told(crowd.pass(999, listener))).toHaveLength(499)
    for (let index = 0; index < 499; index++) crowd.move(index)
    const begun = crowd.pass(1, listener)
    for (let index = 0; index < 499; index++) crowd.move(index)
    const told = Crowd.told([...begun, ...crowd.pass(998, listener)])
    expect(told).toHaveLength(499)
    expect(told.filter((who) => who.endsWith('-3')).length).toBeGreaterThan(400)
  })
})
