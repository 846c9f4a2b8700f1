import { decodeClientFrame, encodeEpoch, encodeSyncStep1, encodeSyncStep2, encodeUpdate } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { emptyDocument, RoomFixture, textOf } from '../support/room-fixture.ts'

describe('R3: bad input costs its sender its connection and nobody else anything', () => {
  it.each([
    ['an update that Yjs cannot read', encodeUpdate(new Uint8Array([1, 1, 1, 200]))],
    ['a state vector that Yjs cannot read', encodeSyncStep1(new Uint8Array([9, 9]))],
  ])('R3: %s', async (_name, frame) => {
    const fixture = await RoomFixture.open()
    const [bad, other] = [fixture.join(), fixture.join()]
    bad.sendFrame(frame)
    other.text.insert(0, 'unharmed')
    await fixture.settle(other)
    expect(bad.wire.closed).toBe('malformed')
    expect(other.wire.closed).toBeUndefined()
    expect(other.saved).toBe(other.sentUpdates)
    expect(textOf(fixture.durable())).toBe('unharmed')
  })

  it('R3: an update that ends in garbage: its valid part is logged and broadcast, its sender is closed', async () => {
    const fixture = await RoomFixture.open()
    const [bad, other] = [fixture.join(), fixture.join()]
    const good = updateOf('part')
    // The structs are whole; the delete set that follows them is cut off.
    bad.sendFrame(encodeUpdate(new Uint8Array([...good.slice(0, -1), 1])))
    await fixture.settle(other)
    expect(bad.wire.closed).toBe('malformed')
    expect(textOf(fixture.durable())).toBe(textOf(other.doc))
  })

  it('R3: what an ejected member still sends is not taken, and never called saved', async () => {
    const fixture = await RoomFixture.open()
    const bad = fixture.join()
    bad.sendFrame(encodeUpdate(new Uint8Array([1, 1, 1, 200])))
    fixture.surroundings.advance(100)
    const { member } = bad
    const update = decodeClientFrame(encodeUpdate(updateOf('late')))
    if (update.type === 'update') fixture.room.receive(member, update)
    fixture.surroundings.advance(100)
    await fixture.log.succeedAll()
    bad.hear()
    expect(bad.saved).toBe(0)
    expect(textOf(fixture.durable())).toBe('')
  })

  it('R3: a document past the bound takes no more', async () => {
    const fixture = await RoomFixture.open(undefined, { documentBytes: 1000 })
    const writer = fixture.join()
    writer.text.insert(0, 'a'.repeat(900))
    await fixture.settle(writer)
    expect(writer.wire.closed).toBeUndefined()
    writer.text.insert(0, 'b'.repeat(200))
    writer.send()
    expect(writer.wire.closed).toBe('document-too-large')
    expect(textOf(fixture.durable())).toBe('a'.repeat(900))
  })

  it('R3: a document that was written and deleted many times over is measured by what is left', async () => {
    const fixture = await RoomFixture.open(undefined, { documentBytes: 1000 })
    const writer = fixture.join()
    for (let i = 0; i < 20; i++) {
      writer.text.insert(0, 'a'.repeat(200))
      writer.text.delete(0, 200)
      await fixture.settle(writer)
    }
    expect(writer.wire.closed).toBeUndefined()
  })

  it('R3: a client of another epoch is closed before anything of it is taken', async () => {
    const fixture = await RoomFixture.open()
    const stale = fixture.join()
    stale.sendFrame(encodeEpoch('an older one'))
    stale.text.insert(0, 'stale')
    stale.send()
    fixture.surroundings.advance(100)
    expect(stale.wire.closed).toBe('replaced')
    expect(fixture.log.inFlight).toBe(0)
  })

  it('R1: a client that knows an earlier log of the same life is taken as it is', async () => {
    const head = { epoch: '0.kitten.two', position: 0, tip: '' }
    const fixture = await RoomFixture.open({ ...emptyDocument, head })
    const returning = fixture.join()
    returning.sendFrame(encodeEpoch('0.kitten.one'))
    returning.text.insert(0, 'kept')
    await fixture.settle(returning)
    expect(returning.wire.closed).toBeUndefined()
    expect(textOf(fixture.durable())).toBe('kept')
  })
})

describe('R5: a reader', () => {
  it('R5: its update is dropped and refused with a reason; seat and presence stay', async () => {
    const fixture = await RoomFixture.open()
    const [reader, writer] = [fixture.join({ role: 'read' }), fixture.join()]
    await fixture.settle(reader, writer)
    const before = reader.sentUpdates
    reader.text.insert(0, 'no')
    await fixture.settle(reader, writer)
    expect(textOf(writer.doc)).toBe('')
    expect(reader.wire.closed).toBeUndefined()
    expect(reader.extensions).toContainEqual(
      expect.objectContaining({ type: 'error', kind: 'read-only', frame: before + 1 }),
    )
    expect(reader.saved).toBe(before)
    expect(writer.awareness.getStates().has(reader.doc.clientID)).toBe(true)

    writer.text.insert(0, 'yes')
    await fixture.settle(reader, writer)
    expect(textOf(reader.doc)).toContain('yes')
  })

  it('R5: a reader that types on is told each time, and the operator once', async () => {
    const fixture = await RoomFixture.open()
    const reader = fixture.join({ role: 'read' })
    await fixture.settle(reader)
    for (const character of 'typing') reader.text.insert(0, character)
    await fixture.settle(reader)
    expect(reader.extensions.filter(({ type }) => type === 'error')).toHaveLength(6)
    expect(fixture.refused).toHaveLength(1)
  })

  it('R5: a step 2 that holds nothing new is accepted from a reader, deletes included', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    writer.text.insert(0, 'some text')
    writer.text.delete(2, 3)
    await fixture.settle(writer)
    const reader = fixture.join({ role: 'read' })
    await fixture.settle(reader, writer)
    reader.sendFrame(encodeSyncStep2(Y.encodeStateAsUpdate(writer.doc)))
    await fixture.settle(reader, writer)
    expect(fixture.refused).toEqual([])
    expect(reader.saved).toBe(reader.sentUpdates)
  })

  it('R5: a reader that deletes changes nothing', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    writer.text.insert(0, 'text')
    await fixture.settle(writer)
    const reader = fixture.join({ role: 'read' })
    await fixture.settle(reader, writer)
    reader.text.delete(0, 2)
    await fixture.settle(reader, writer)
    expect(textOf(writer.doc)).toBe('text')
    expect(fixture.refused.map(({ kind }) => kind)).toEqual(['read-only'])
  })
})

describe('R4: a member that does not keep up', () => {
  it('R4: costs bounded memory, and is caught up by one difference when it drains', async () => {
    const fixture = await RoomFixture.open(undefined, { memberQueueBytes: 400_000 })
    const [writer, slow] = [fixture.join(), fixture.join()]
    await fixture.settle(writer, slow)
    let largest = 0
    for (let i = 0; i < 40; i++) {
      writer.text.insert(0, String(i).repeat(20_000))
      writer.send()
      writer.hear()
      fixture.surroundings.advance(100)
      await fixture.log.succeedAll()
      largest = Math.max(largest, slow.wire.buffered + slow.member.outbox.queuedBytes)
    }
    expect(slow.member.outbox.behind).toBe(true)
    expect(fixture.traffic.queuesDropped).toBe(1)
    expect(largest).toBeLessThan(256 * 1024 + 2 * 400_000)

    await fixture.settle(writer, slow)
    expect(slow.member.outbox.behind).toBe(false)
    expect(textOf(slow.doc)).toBe(textOf(writer.doc))
  })

  it('R4: the difference is what it lacks, not the document', async () => {
    const fixture = await RoomFixture.open(undefined, { memberWireBytes: 1_000, memberQueueBytes: 1_000 })
    const writer = fixture.join()
    writer.text.insert(0, 'x'.repeat(100_000))
    await fixture.settle(writer)
    const slow = fixture.join()
    await fixture.settle(writer, slow)
    for (let i = 0; i < 20; i++) {
      writer.text.insert(0, 'y'.repeat(200))
      writer.send()
      fixture.surroundings.advance(100)
    }
    expect(slow.member.outbox.behind).toBe(true)
    slow.hear(Infinity)
    expect(slow.wire.buffered).toBeLessThan(10_000)
    await fixture.settle(writer, slow)
    expect(textOf(slow.doc)).toBe(textOf(writer.doc))
  })

  it('R4: still learns what of its own is saved, and who is there', async () => {
    const fixture = await RoomFixture.open(undefined, { memberQueueBytes: 300_000 })
    const [writer, slow] = [fixture.join(), fixture.join()]
    await fixture.settle(writer, slow)
    for (let i = 0; i < 10; i++) {
      writer.text.insert(0, 'x'.repeat(200_000))
      writer.send()
      fixture.surroundings.advance(100)
    }
    slow.text.insert(0, 'mine')
    slow.send()
    writer.awareness.setLocalState({ user: 'changed meanwhile' })
    writer.send()
    fixture.surroundings.advance(100)
    await fixture.log.succeedAll()
    expect(slow.member.outbox.behind).toBe(true)

    await fixture.settle(writer, slow)
    expect(slow.saved).toBe(slow.sentUpdates)
    expect(slow.awareness.getStates().get(writer.doc.clientID)).toEqual({ user: 'changed meanwhile' })
  })

  it('R4: a slow joiner is streamed a large state as it takes it, and misses nothing written meanwhile', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    for (let i = 0; i < 30; i++) writer.text.insert(0, String(i).repeat(50_000))
    await fixture.settle(writer)
    const joiner = fixture.join()
    joiner.send()
    writer.text.insert(0, 'meanwhile')
    writer.send()
    fixture.surroundings.advance(100)
    expect(joiner.synced).toBe(false)
    await fixture.settle(writer, joiner)
    expect(joiner.synced).toBe(true)
    expect(textOf(joiner.doc)).toBe(textOf(writer.doc))
  })
})

function updateOf(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}
