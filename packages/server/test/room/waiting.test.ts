import { encodeSyncStep2, encodeUpdate } from '@weft/protocol'
import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { missingUpdates } from '../../src/room/nodes/missing-updates.ts'
import { Replica } from '../../src/room/replica.ts'
import { emptyDocument, RoomFixture, textOf } from '../support/room-fixture.ts'

describe('R9: updates that wait for others', () => {
  it('R9: what waits is logged, counted as saved, and there once the rest has come', async () => {
    const fixture = await RoomFixture.open()
    const [first, ...rest] = updatesOf(5)
    const [writer, reader] = [fixture.join(), fixture.join()]
    await fixture.settle(writer, reader)
    for (const update of rest) writer.sendFrame(encodeUpdate(update))
    await fixture.settle(writer, reader)
    expect(writer.saved).toBe(writer.sentUpdates)
    expect(textOf(reader.doc)).toBe('')

    writer.sendFrame(encodeSyncStep2(first ?? new Uint8Array()))
    await fixture.settle(writer, reader)
    expect(textOf(reader.doc)).toBe('01234')
    expect(textOf(fixture.durable())).toBe('01234')
  })

  it('R9: a crash before the rest came loses nothing of it', async () => {
    const fixture = await RoomFixture.open()
    const [first, ...rest] = updatesOf(5)
    const writer = fixture.join()
    for (const update of rest) writer.sendFrame(encodeUpdate(update))
    await fixture.settle(writer)

    const after = fixture.durable()
    Y.applyUpdate(after, first ?? new Uint8Array())
    expect(textOf(after)).toBe('01234')
  })

  it('R9: someone who joins meanwhile is given what waits, too', async () => {
    const fixture = await RoomFixture.open()
    const [first, ...rest] = updatesOf(5)
    const writer = fixture.join()
    for (const update of rest) writer.sendFrame(encodeUpdate(update))
    await fixture.settle(writer)
    const joiner = fixture.join()
    await fixture.settle(joiner)
    Y.applyUpdate(joiner.doc, first ?? new Uint8Array())
    expect(textOf(joiner.doc)).toBe('01234')
  })

  it('R9: another member may bring what was missing', async () => {
    const fixture = await RoomFixture.open()
    const [first, ...rest] = updatesOf(5)
    const [writer, helper] = [fixture.join(), fixture.join()]
    await fixture.settle(writer, helper)
    for (const update of rest) {
      writer.sendFrame(encodeUpdate(update))
      fixture.surroundings.advance(100)
    }
    helper.sendFrame(encodeUpdate(first ?? new Uint8Array()))
    await fixture.settle(writer, helper)
    expect(textOf(helper.doc)).toBe('01234')
    expect(writer.member.held).toBeUndefined()
  })

  it('R9: what another member writes in a row meanwhile lets nothing go of what waits', async () => {
    const fixture = await RoomFixture.open()
    const [first, ...rest] = updatesOf(5)
    const [writer, other] = [fixture.join(), fixture.join()]
    await fixture.settle(writer, other)
    for (const update of rest) writer.sendFrame(encodeUpdate(update))
    await fixture.settle(writer, other)
    for (let count = 0; count < 5; count++) other.doc.getMap('m').set('count', count)
    await fixture.settle(writer, other)
    writer.sendFrame(encodeUpdate(first ?? new Uint8Array()))
    await fixture.settle(writer, other)
    expect(textOf(other.doc)).toBe('01234')
    const joiner = fixture.join()
    await fixture.settle(joiner)
    expect([textOf(joiner.doc), joiner.doc.getMap('m').get('count')]).toEqual(['01234', 4])
  })

  it('R9: what one member left waiting for ever does not delay another, whose own gap was filled', async () => {
    const fixture = await RoomFixture.open()
    const [troll, writer, reader] = [fixture.join(), fixture.join(), fixture.join()]
    await fixture.settle(troll, writer, reader)
    const [, lonely] = updatesOf(2)
    troll.sendFrame(encodeUpdate(lonely ?? new Uint8Array()))
    await fixture.settle(troll, writer, reader)

    writer.text.insert(0, 'a')
    writer.text.insert(1, 'b')
    // The first of the two is lost on its way, as offline edits are that have not been asked for yet.
    const lost = writer.dropNext()
    expect(lost).toBeDefined()
    await fixture.settle(troll, writer, reader)
    expect(textOf(reader.doc)).toBe('ab')
    writer.text.insert(2, 'c')
    await fixture.settle(troll, writer, reader)
    expect(textOf(reader.doc)).toBe('abc')
    expect(writer.member.held).toBeUndefined()
  })

  it.each<[string, (update: Uint8Array) => Uint8Array]>([
    ['that deletes something of no length', (update) => Uint8Array.from([...update.slice(0, -1), 1, 3, 1, 9, 0])],
    ['that deletes ranges out of order', (update) => Uint8Array.from([...update.slice(0, -1), 1, 3, 2, 9, 1, 5, 1])],
    ['that names itself as its neighbour', (update) => update.with(update.indexOf(0x84) + 2, 1)],
    ['that ends in garbage', (update) => update.slice(0, -1)],
  ])(
    'R9: an update %s and waits is refused: once in the log, it would make the document unreadable',
    async (_name, change) => {
      const fixture = await RoomFixture.open()
      const [bad, held, other] = [fixture.join(), fixture.join(), fixture.join()]
      await fixture.settle(bad, held, other)
      const [first, second, third] = updatesOf(3, undefined, 5)
      const unsound = encodeUpdate(change(second ?? new Uint8Array()))
      bad.sendFrame(unsound)
      // The same from someone whose updates are held unapplied already.
      held.sendFrame(encodeUpdate(third ?? new Uint8Array()))
      held.sendFrame(unsound)
      await fixture.settle(other)
      expect([bad.wire.closed, held.wire.closed]).toEqual(['malformed', 'malformed'])

      other.sendFrame(encodeUpdate(first ?? new Uint8Array()))
      await fixture.settle(other)
      expect(other.wire.closed).toBeUndefined()
      expect(textOf(fixture.durable())).toBe('0')
    },
  )

  it('R9: what contradicts an update that waited costs nobody else anything, and all of the log stays readable', async () => {
    const fixture = await RoomFixture.open()
    const [liar, other] = [fixture.join(), fixture.join()]
    await fixture.settle(liar, other)
    // Of client 7: three characters from clock 1, which wait for clock 0; then both clocks as something that is gone.
    liar.sendFrame(encodeUpdate(Uint8Array.from([1, 1, 7, 1, 0x04, 1, 1, 0x74, 3, 0x61, 0x62, 0x63, 0])))
    await fixture.settle(liar, other)
    other.sendFrame(encodeUpdate(Uint8Array.from([1, 1, 7, 0, 0, 2, 0])))
    other.text.insert(0, 'written since')
    await fixture.settle(liar, other)
    expect([other.wire.closed, liar.wire.closed, fixture.events]).toEqual([undefined, undefined, []])
    expect(other.saved).toBe(other.sentUpdates)

    const entries = fixture.log.entries.map((entry, index) => ({ ...entry, position: index + 1, tip: `${index + 1}` }))
    const loaded = { ...emptyDocument, entries }
    const replica = await Replica.hydrate(loaded, () => Promise.resolve())
    const joiner = fixture.join()
    await fixture.settle(joiner)
    for (const state of [...replica.state(), Y.encodeStateAsUpdate(fixture.durable())]) Y.applyUpdate(joiner.doc, state)
    expect(textOf(joiner.doc)).toBe('written since')
    expect(replica.stateVector).toEqual(Y.encodeStateVector(joiner.doc))
    expect(await missingUpdates(loaded, Y.encodeStateAsUpdate(joiner.doc), () => Promise.resolve())).toBeUndefined()
  })

  it('R9: what waited in a log and can never be integrated is let go, is said, and takes nothing with it', async () => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'kept')
    const updates = [
      // Of client 7: clock 1 beside clock 5 of its own, which waits for clock 0; then clock 0.
      Uint8Array.from([1, 1, 7, 1, 0x84, 7, 5, 1, 0x61, 0]),
      Uint8Array.from([1, 1, 7, 0, 0x04, 1, 1, 0x74, 1, 0x62, 0]),
      Y.encodeStateAsUpdate(doc),
    ]
    const entries = updates.map((update, index) => ({
      update,
      actor: 'a',
      at: 1,
      position: index + 1,
      tip: `${index + 1}`,
    }))
    const replica = await Replica.hydrate({ ...emptyDocument, entries }, () => Promise.resolve())
    expect([replica.letGo, replica.waiting]).toEqual([true, false])
    const reader = new Y.Doc()
    for (const update of replica.state()) Y.applyUpdate(reader, update)
    expect(textOf(reader)).toMatch(/^b?keptb?$/)
  })

  it('R9: a member past its bound loses its connection; the room goes on', async () => {
    const fixture = await RoomFixture.open(undefined, { waitingBytesPerMember: 500 })
    const [writer, other] = [fixture.join(), fixture.join()]
    for (const update of updatesOf(100).slice(1)) writer.sendFrame(encodeUpdate(update))
    other.text.insert(0, 'fine')
    await fixture.settle(other)
    expect(writer.wire.closed).toBe('missing-dependencies')
    expect(other.saved).toBe(other.sentUpdates)
  })

  it('R9: deletions of what never comes are bounded far below, since each costs every later update', async () => {
    const fixture = await RoomFixture.open()
    const [bad, other] = [fixture.join(), fixture.join()]
    const ranges = Array.from({ length: 8_000 }, (_, index) => [0x80 | ((2 * index) & 0x7f), (2 * index) >> 7, 1])
    // No structs; of client 9, every second clock is deleted.
    const update = Uint8Array.from([0, 1, 9, 0xc0, 0x3e, ...ranges.flat()])
    for (let i = 0; i < 3; i++) bad.sendFrame(encodeUpdate(update.with(2, 9 + i)))
    await fixture.settle(other)
    expect(bad.wire.closed).toBe('overloaded')
    expect(other.wire.closed).toBeUndefined()
  })

  it('R9: a room past its bound takes no more of it, from whomever', async () => {
    const fixture = await RoomFixture.open(undefined, { waitingBytesPerRoom: 2_000 })
    for (let i = 0; i < 20; i++) {
      const writer = fixture.join()
      const [, lonely] = updatesOf(2, 'x'.repeat(300))
      writer.sendFrame(encodeUpdate(lonely ?? new Uint8Array()))
      fixture.surroundings.advance(100)
      writer.drop()
    }
    await fixture.log.succeedAll()
    // Who comes last did nothing wrong: it may come back.
    expect(new Set(fixture.refused.map(({ kind }) => kind))).toEqual(new Set(['overloaded']))
    const joiner = fixture.join()
    joiner.send()
    expect(joiner.wire.buffered).toBeLessThan(5_000)
  })

  it('R9: 20,000 tiny updates without their beginning are applied in few steps', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    const [first, ...rest] = updatesOf(20_000)
    const apply = vi.spyOn(Replica.prototype, 'apply')
    for (const update of rest) {
      writer.sendFrame(encodeUpdate(update))
      fixture.surroundings.turn()
    }
    await fixture.settle(writer)
    // Each try covers as many bytes as all before it: about the logarithm of their number, not their number.
    expect(apply.mock.calls.length).toBeLessThan(40)
    writer.sendFrame(encodeSyncStep2(first ?? new Uint8Array()))
    await fixture.settle(writer)
    expect(textOf(fixture.durable())).toHaveLength(20_000)
  })
})

/** Updates of one client, each of which needs the one before. */
function updatesOf(count: number, text?: string, clientId?: number): Uint8Array[] {
  const doc = new Y.Doc()
  if (clientId !== undefined) doc.clientID = clientId
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (let i = 0; i < count; i++) doc.getText('t').insert(doc.getText('t').length, text ?? String(i % 10))
  return updates
}
