import { encodeUpdate } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { defaultRoomLimits } from '../../src/room/limits.ts'
import { Replica } from '../../src/room/replica.ts'
import { emptyDocument, RoomFixture, textOf } from '../support/room-fixture.ts'

const field = 't'

describe('plain edits are taken before they are applied', () => {
  it.each<[string, (replica: Replica, writer: Y.Doc) => void]>([
    ['the state', (replica, writer) => expect(textIn(replica.state())).toBe(textIn([Y.encodeStateAsUpdate(writer)]))],
    ['the state vector', (replica, writer) => expect(replica.stateVector).toEqual(Y.encodeStateVector(writer))],
    [
      'a difference',
      (replica) => expect(textIn([replica.difference(new Uint8Array([0]))])).toBe(textIn(replica.state())),
    ],
    ['what it contains', (replica, writer) => expect(replica.contains(Y.encodeStateAsUpdate(writer))).toBe(true)],
    ['its size', (replica, writer) => expect(replica.exactBytes()).toBe(Y.encodeStateAsUpdate(writer).byteLength)],
    ['that it is not as it was loaded', (replica) => expect(replica.asLoaded).toBe(false)],
  ])('%s shows them all the same', async (_name, look) => {
    const { replica, writer } = await typed(7)
    look(replica, writer)
  })

  it('what is no plain edit is applied after those that came before it', async () => {
    const { replica, writer, updates } = await typed(7)
    writer.getText(field).format(0, 3, { bold: true })
    const format = updates.at(-1) ?? new Uint8Array()
    expect(replica.takePlain(format)).toBe(false)
    expect(replica.apply(format, defaultRoomLimits).update).toEqual(format)
    expect(replica.stateVector).toEqual(Y.encodeStateVector(writer))
  })

  it('an edit is taken once', async () => {
    const { replica, updates } = await typed(1)
    const [edit = new Uint8Array()] = updates
    expect(replica.takePlain(edit)).toBe(false)
    expect(replica.apply(edit, defaultRoomLimits).update).toBeUndefined()
  })

  it('nothing is taken ahead while something waits', async () => {
    const { replica, writer, updates } = await typed(1)
    for (const text of ['missing', 'early', 'plain']) writer.getText(field).insert(0, text)
    const [, , early = new Uint8Array()] = updates
    expect(replica.apply(early, defaultRoomLimits).waiting).toEqual(early)
    const other = updateOf('other', 5)
    expect(replica.takePlain(other)).toBe(false)
    expect(replica.apply(other, defaultRoomLimits).update).toEqual(other)
  })

  it('the others hear an edit byte for byte, and the log holds it so', async () => {
    const fixture = await RoomFixture.open()
    const [writer, reader] = [fixture.join(), fixture.join()]
    await fixture.settle(writer, reader)
    const update = updateOf('hello', 77)
    writer.sendFrame(encodeUpdate(update))
    fixture.surroundings.advance(60)
    expect(reader.wire.take()).toEqual([encodeUpdate(update)])
    await fixture.settle(writer, reader)
    expect(fixture.log.entries.map((entry) => entry.update)).toEqual([update])
    expect(textOf(fixture.durable())).toBe('hello')
  })
})

/** A replica that has taken edits, one letter each, and who made them. */
async function typed(letters: number): Promise<{ replica: Replica; writer: Y.Doc; updates: Uint8Array[] }> {
  const replica = await Replica.hydrate(emptyDocument, () => Promise.resolve())
  const writer = new Y.Doc()
  const updates: Uint8Array[] = []
  writer.on('update', (update: Uint8Array) => updates.push(update))
  for (let letter = 0; letter < letters; letter++) writer.getText(field).insert(letter, 'x')
  for (const update of updates) {
    expect(replica.takePlain(update)).toBe(true)
    replica.remember(update)
  }
  return { replica, writer, updates }
}

function updateOf(text: string, client: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = client
  doc.getText(field).insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

function textIn(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc.getText(field).toJSON()
}
