import { DocumentDeletedError, StoreUnavailableError } from '@weft/persistence'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { RoomFixture, textOf } from '../support/room-fixture.ts'

function update(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

test('R2: what no member wrote is seen at once and answered with its place, when it is durable and not before', async () => {
  const fixture = await RoomFixture.open()
  const reader = fixture.join()
  let place: unknown
  const written = fixture.room.writes.write(update('a'), 'robot').then((saved) => (place = saved))
  reader.hear()
  expect(textOf(reader.doc)).toBe('a')
  expect([fixture.log.inFlight, place]).toEqual([1, undefined])
  await fixture.log.succeed()
  await written
  expect(place).toEqual({ epoch: 'e', position: 1, tip: expect.any(String) })
  expect(fixture.log.entries).toMatchObject([{ actor: 'robot' }])
})

test('R2: what repeats something in flight is durable with it', async () => {
  const fixture = await RoomFixture.open()
  const first = fixture.room.writes.write(update('a'), 'robot')
  const state = fixture.room.state()
  const repeated = fixture.room.writes.write(Y.mergeUpdates([...state]), 'other')
  await fixture.log.succeed()
  expect(await repeated).toEqual(await first)
})

test('what is in the log already is answered with the head of the log', async () => {
  const fixture = await RoomFixture.open()
  const bytes = update('a')
  const written = fixture.room.writes.write(bytes, 'robot')
  await fixture.log.succeed()
  await written
  expect(await fixture.room.writes.write(bytes, 'robot')).toMatchObject({ position: 1 })
  expect(fixture.log.entries).toHaveLength(1)
})

test('what would make the document too large is refused, and so is what a full store does not take', async () => {
  const fixture = await RoomFixture.open(undefined, { documentBytes: 50 })
  await expect(fixture.room.writes.write(update('x'.repeat(100)), 'robot')).rejects.toMatchObject({
    kind: 'document-too-large',
  })
  expect(fixture.log.inFlight).toBe(0)
})

test('L5: who waits hears that the document was deleted, or that it was closed', async () => {
  const deleted = await RoomFixture.open()
  const late = deleted.room.writes.write(update('a'), 'robot')
  late.catch(() => {})
  await deleted.log.fail(new DocumentDeletedError('d'))
  await expect(late).rejects.toThrow(DocumentDeletedError)

  const closed = await RoomFixture.open()
  const waiting = closed.room.writes.write(update('a'), 'robot')
  waiting.catch(() => {})
  closed.room.destroy()
  await expect(waiting).rejects.toThrow(StoreUnavailableError)
})
