import { encodeUpdate } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { RoomFixture, textOf } from '../support/room-fixture.ts'

/** As many updates of one writer, as frames. */
function writing(count: number): Uint8Array[] {
  const doc = new Y.Doc()
  const frames: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => frames.push(encodeUpdate(update)))
  for (let i = 0; i < count; i++) doc.getText('t').insert(i, 'x')
  return frames
}

describe('S5: a room that has much to do', () => {
  it('S5: does a part of it in each turn of the event loop, so that other rooms have theirs', async () => {
    const fixture = await RoomFixture.open(undefined, { updatesPerTurn: 10 })
    const [writer, reader] = [fixture.join({ shows: false }), fixture.join({ shows: false })]
    await fixture.settle(writer, reader)
    for (const frame of writing(35)) writer.sendFrame(frame)
    const lengths: number[] = []
    // The turns of others come in between: what a room asks for soon is behind what they asked for before.
    const other = (): void => {
      reader.hear()
      lengths.push(reader.text.length)
      if (lengths.length < 6) fixture.surroundings.soon(other)
    }
    fixture.surroundings.soon(other)
    fixture.surroundings.turn()
    expect(lengths).toEqual([10, 20, 30, 35, 35, 35])
  })

  it('S5: does all of it at once where no other document is open', async () => {
    const fixture = await RoomFixture.open(undefined, { updatesPerTurn: 10 })
    fixture.alone = true
    const [writer, reader] = [fixture.join({ shows: false }), fixture.join({ shows: false })]
    await fixture.settle(writer, reader)
    for (const frame of writing(35)) writer.sendFrame(frame)
    expect(writer.wire.paused).toBe(false)
    const flushed: number[] = []
    fixture.surroundings.soon(() => {
      reader.hear()
      flushed.push(reader.text.length)
    })
    fixture.surroundings.turn()
    expect(flushed).toEqual([35])
  })

  it('S5: the same by bytes, of which one update may have more', async () => {
    const fixture = await RoomFixture.open(undefined, { bytesPerTurn: 1_000 })
    const [writer, reader] = [fixture.join({ shows: false }), fixture.join({ shows: false })]
    await fixture.settle(writer, reader)
    const doc = new Y.Doc()
    doc.on('update', (update: Uint8Array) => writer.sendFrame(encodeUpdate(update)))
    for (let i = 0; i < 3; i++) doc.getText('t').insert(0, 'x'.repeat(2_000))
    const lengths: number[] = []
    const other = (): void => {
      reader.hear()
      lengths.push(reader.text.length)
      if (lengths.length < 3) fixture.surroundings.soon(other)
    }
    fixture.surroundings.soon(other)
    fixture.surroundings.turn()
    expect(lengths).toEqual([2_000, 4_000, 6_000])
  })

  it('R2: nobody is told that more is saved than is, and all of it when it is', async () => {
    const fixture = await RoomFixture.open(undefined, { updatesPerTurn: 10 })
    const writer = fixture.join({ shows: false })
    await fixture.settle(writer)
    const before = writer.sentUpdates
    for (const frame of writing(35)) writer.sendFrame(frame)
    fixture.surroundings.advance(0)
    while (fixture.log.inFlight > 0) {
      await fixture.log.succeed()
      writer.hear()
      expect(writer.saved - before).toBeLessThanOrEqual(textOf(fixture.durable()).length)
    }
    expect(writer.saved).toBe(writer.sentUpdates)
    expect(textOf(fixture.durable())).toHaveLength(35)
  })

  it('S5: reads no more of those who write until it has done what there is', async () => {
    const fixture = await RoomFixture.open(undefined, { updatesPerTurn: 10 })
    const [writer, other] = [fixture.join({ shows: false }), fixture.join({ shows: false })]
    await fixture.settle(writer, other)
    const frames = writing(40)
    for (const frame of frames.splice(0, 20)) writer.sendFrame(frame)
    expect(writer.wire.paused).toBe(false)
    for (const frame of frames) writer.sendFrame(frame)
    expect(writer.wire.paused).toBe(true)
    expect(other.wire.paused).toBe(false)
    await fixture.settle(writer, other)
    expect(writer.wire.paused).toBe(false)
    expect(other.text.length).toBe(40)
  })
})
