import { encodeAwarenessFrame, encodeUpdate, maxPresenceStateBytes } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { defaultRoomLimits } from '../../src/room/limits.ts'
import type { FakeClient } from '../support/fake-client.ts'
import { RoomFixture } from '../support/room-fixture.ts'

/** Lets so many clients join who show nothing of themselves. */
function observers(fixture: RoomFixture, count: number): FakeClient[] {
  return Array.from({ length: count }, () => fixture.join({ shows: false }))
}

/** Presence of the largest size there may be, with its number in it. */
function largeState(clock: number): Uint8Array {
  const json = JSON.stringify(`${clock}`.padEnd(maxPresenceStateBytes - 2, 'x'))
  return encodeAwarenessFrame([{ clientId: 7, clock, json }])
}

const isPresence = (frame: Uint8Array): boolean => frame[0] === 1

describe('S5: a member that sends presence of 32 KiB at 60 Hz', () => {
  it('S5: gets the newest of it through as often as the room can afford, and edits do not wait for that', async () => {
    const fixture = await RoomFixture.open()
    const members = observers(fixture, 200)
    const [loud, writer, reader] = [fixture.join({ shows: false }), fixture.join(), fixture.join({ shows: false })]
    await fixture.settle(...members, loud, writer, reader)
    for (const { wire } of [...members, reader]) wire.take()
    let sent = 0
    let clock = 0
    let slowestEdit = 0
    let last: Uint8Array | undefined
    for (let tick = 0; tick < 120; tick++) {
      loud.sendFrame(largeState(++clock))
      writer.text.insert(0, 'x')
      writer.send()
      for (let waited = 0; waited < 16; waited++) {
        fixture.surroundings.advance(1)
        const frames = reader.wire.take()
        sent += frames.filter(isPresence).length
        last = frames.findLast(isPresence) ?? last
        if (frames.some((frame) => !isPresence(frame))) slowestEdit = Math.max(slowestEdit, waited)
      }
      for (const { wire, member } of members) {
        wire.take()
        fixture.room.drained(member)
      }
    }
    // 200 members × 32 KiB, most of which weighs four times as much, at 200 MB a second: eight times a second.
    expect(sent).toBeGreaterThanOrEqual(12)
    expect(sent).toBeLessThanOrEqual(18)
    expect(slowestEdit).toBeLessThanOrEqual(12)
    fixture.surroundings.advance(1_000)
    last = reader.wire.take().findLast(isPresence) ?? last
    expect(Buffer.from(last ?? []).includes(`"${clock}xx`)).toBe(true)
  })

  it('S5: of an ordinary size presence does not wait', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join(), fixture.join()]
    await fixture.settle(ada, bob)
    for (let caret = 0; caret < 20; caret++) {
      ada.awareness.setLocalState({ caret })
      ada.send()
      fixture.surroundings.advance(0)
      bob.hear()
      expect(bob.awareness.getStates().get(ada.doc.clientID)).toEqual({ caret })
    }
  })
})

describe('S5: on a node that is hard pressed', () => {
  it('S5: presence goes out at intervals, the newest of it, and edits as before', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join(), fixture.join()]
    await fixture.settle(ada, bob)
    fixture.pressure.presenceInterval = 500
    fixture.surroundings.advance(500)
    ada.awareness.setLocalState({ caret: 0 })
    ada.send()
    fixture.surroundings.advance(0)
    expect(bob.wire.take().filter(isPresence)).toHaveLength(1)
    for (let caret = 1; caret <= 4; caret++) {
      ada.awareness.setLocalState({ caret })
      ada.text.insert(0, 'x')
      ada.send()
      fixture.surroundings.advance(100)
      const heard = bob.wire.take()
      expect(heard.filter(isPresence)).toEqual([])
      expect(heard).toHaveLength(1)
    }
    fixture.surroundings.advance(100)
    bob.hear()
    expect(bob.awareness.getStates().get(ada.doc.clientID)).toEqual({ caret: 4 })
  })

  it('S5: a busy room gathers for longer before it flushes', async () => {
    const fixture = await RoomFixture.open()
    const members = observers(fixture, 400)
    const writer = fixture.join({ shows: false })
    await fixture.settle(...members, writer)
    const flushes = (): number => {
      const wire = members[0]?.wire
      wire?.take()
      for (let i = 0; i < 400; i++) {
        writer.text.insert(0, 'x')
        writer.send()
        fixture.surroundings.advance(1)
      }
      return wire?.take().length ?? 0
    }
    const atEase = flushes()
    fixture.pressure.flushWidening = 4
    const pressed = flushes()
    expect(atEase).toBeGreaterThanOrEqual(18)
    expect(pressed).toBeLessThanOrEqual(6)
    expect(pressed).toBeGreaterThan(0)
  })
})

describe('R4: 500 slow readers in a busy room', () => {
  it('R4: cost bounded memory together, and are caught up by one difference that they share', async () => {
    const fixture = await RoomFixture.open()
    const slow = observers(fixture, 500)
    const [writer, reader] = [fixture.join({ shows: false }), fixture.join({ shows: false })]
    await fixture.settle(...slow, writer, reader)
    const doc = new Y.Doc()
    doc.on('update', (update: Uint8Array) => writer.sendFrame(encodeUpdate(update)))
    const page = 'page '.repeat(8_000)
    const { memberWireBytes, memberQueueBytes } = defaultRoomLimits
    for (let written = 0; written < 200; written++) {
      doc.transact(() => {
        doc.getText('t').delete(0, doc.getText('t').length)
        doc.getText('t').insert(0, `${written} ${page}`)
      })
      fixture.surroundings.advance(60)
      reader.hear()
      expect(reader.text.toString()).toMatch(new RegExp(`^${written} `))
    }
    for (const { member, wire } of slow) {
      expect(wire.buffered + member.outbox.queuedBytes).toBeLessThan(
        memberWireBytes + memberQueueBytes + 2 * page.length,
      )
      expect(member.outbox.behind).toBe(true)
    }

    for (const client of slow) client.wire.take()
    const differences = new Set<Uint8Array>()
    for (const client of slow) {
      fixture.room.drained(client.member)
      const update = client.wire.take().find((frame) => frame[0] === 0 && frame[1] === 2)
      if (update !== undefined) differences.add(update)
    }
    expect(differences.size).toBe(1)
  })
})
