import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import type { FakeClient } from '../support/fake-client.ts'
import { RoomFixture, textOf } from '../support/room-fixture.ts'

/** Bold paragraphs whose beginnings someone has typed anew: cut between the two, a stock client deletes the formats. */
function formatted(): Y.Doc {
  const author = new Y.Doc()
  author.clientID = 2_000
  const editor = new Y.Doc()
  editor.clientID = 1_000
  const fragment = author.getXmlFragment('default')
  author.transact(() => {
    for (let i = 0; i < 4_000; i++) {
      const text = new Y.XmlText()
      fragment.push([text])
      text.insert(0, ' and what follows it, which goes on for a while before it ends')
      text.insert(0, 'x', { bold: {} })
    }
  })
  Y.applyUpdate(editor, Y.encodeStateAsUpdate(author))
  editor.transact(() => {
    for (const text of editor.getXmlFragment('default').toArray()) {
      if (!(text instanceof Y.XmlText)) continue
      text.insert(1, 'bold')
      text.delete(0, 1)
    }
  })
  return editor
}

function bolds(doc: Y.Doc): number {
  return doc.getXmlFragment('default').toJSON().split('<bold>bold</bold>').length - 1
}

/** A room with a document of 600 KB, and somebody in it who has all of it. */
async function large(): Promise<{ fixture: RoomFixture; writer: FakeClient }> {
  const fixture = await RoomFixture.open(undefined, { statePartBytes: 100_000 })
  const writer = fixture.join({ doc: formatted() })
  await fixture.settle(writer)
  return { fixture, writer }
}

/** Joins and gives up after so long: nothing whole has come through its link. */
function givesUp({ fixture }: { fixture: RoomFixture }, after: number): void {
  const client = fixture.join()
  client.send()
  fixture.surroundings.advance(after)
  client.drop()
}

/** Joins, and reads message by message until it is in sync. */
function joins(
  { fixture }: { fixture: RoomFixture },
  doc: Y.Doc = new Y.Doc(),
): { client: FakeClient; sizes: number[] } {
  const client = fixture.join({ doc })
  const taken: Uint8Array[] = []
  const take = client.wire.take.bind(client.wire)
  vi.spyOn(client.wire, 'take').mockImplementation((most) => {
    const frames = take(most)
    taken.push(...frames)
    return frames
  })
  client.send()
  while (!client.synced) client.hear(1)
  const sizes = taken.map(({ byteLength }) => byteLength)
  return { client, sizes: sizes.filter((size) => size > 10_000) }
}

describe('S1: a large state over a slow link', () => {
  it('S1: is one message for as long as everyone has taken it in time', async () => {
    const room = await large()
    givesUp(room, 5_000)
    expect(joins(room).sizes).toHaveLength(1)
  })

  it('S1: comes as several messages after someone gave up waiting for one, and formats stay with their text', async () => {
    const room = await large()
    givesUp(room, 31_000)
    const { client, sizes } = joins(room)
    expect(sizes.length).toBeGreaterThan(5)
    expect(Math.max(...sizes)).toBeLessThan(110_000)
    await room.fixture.settle(client, room.writer)
    expect([bolds(client.doc), bolds(room.writer.doc)]).toEqual([4_000, 4_000])
  })

  it('S1: comes as several messages while someone has waited long for one, who may be the same on a new connection', async () => {
    const room = await large()
    room.fixture.join().send()
    room.fixture.surroundings.advance(31_000)
    expect(joins(room).sizes.length).toBeGreaterThan(5)
  })

  it('S1: comes as several messages after someone took long to read one', async () => {
    const room = await large()
    const slow = room.fixture.join()
    slow.send()
    room.fixture.surroundings.advance(15_000)
    slow.hear()
    expect(joins(room).sizes.length).toBeGreaterThan(5)
  })

  it('S1: what is written between two of the messages is there in the end', async () => {
    const room = await large()
    givesUp(room, 31_000)
    const client = room.fixture.join()
    client.send()
    client.hear(3)
    room.writer.text.insert(0, 'meanwhile')
    client.text.insert(0, 'waiting')
    await room.fixture.settle(client, room.writer)
    expect(bolds(client.doc)).toBe(4_000)
    expect(textOf(client.doc)).toBe(textOf(room.writer.doc))
    expect(client.text.length).toBe('meanwhilewaiting'.length)
  })

  it('S1: who gives up half-way and comes back has all of it', async () => {
    const room = await large()
    givesUp(room, 31_000)
    const doc = new Y.Doc()
    const first = room.fixture.join({ doc })
    first.send()
    first.hear(4)
    first.drop()
    const { client, sizes } = joins(room, doc)
    expect(sizes.length).toBeGreaterThan(5)
    expect([bolds(client.doc), doc.store.pendingStructs]).toEqual([4_000, null])
  })

  it('S1: is one message again when ten minutes have passed without anyone slow', async () => {
    const room = await large()
    givesUp(room, 31_000)
    room.fixture.surroundings.advance(10 * 60_000)
    expect(joins(room).sizes).toHaveLength(1)
  })
})
