import { DocumentDeletedError, EpochMismatchError } from '@weft/persistence'
import { encodeSyncStep2, encodeUpdate } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { RoomFixture, textOf } from '../support/room-fixture.ts'

describe('R2: a member is told saved only for what is durable, in the order in which it sent', () => {
  it('R2: nothing is saved while the append is in flight', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    writer.hear()
    expect(fixture.log.inFlight).toBe(1)
    expect(writer.saved).toBe(0)

    await fixture.log.succeed()
    writer.hear()
    expect(writer.saved).toBe(writer.sentUpdates)
    expect(textOf(fixture.durable())).toBe('a')
  })

  it('R2: others hear an edit before it is durable', async () => {
    const fixture = await RoomFixture.open()
    const [writer, reader] = [fixture.join(), fixture.join()]
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    reader.hear()
    expect(textOf(reader.doc)).toBe('a')
    expect(fixture.log.entries).toEqual([])
  })

  it('R2: what comes while an append is in flight is saved with the next one only', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    writer.text.insert(1, 'b')
    writer.send()
    fixture.surroundings.advance(100)
    expect(fixture.log.inFlight).toBe(1)

    await fixture.log.succeed()
    writer.hear()
    expect(writer.saved).toBe(1)
    await fixture.log.succeed()
    writer.hear()
    expect(writer.saved).toBe(2)
  })

  it('R2: a frame that repeats what is still in flight is not saved before it', async () => {
    const fixture = await RoomFixture.open()
    const [writer, echo] = [fixture.join(), fixture.join()]
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    echo.sendFrame(encodeSyncStep2(Y.encodeStateAsUpdate(writer.doc)))
    fixture.surroundings.advance(100)
    echo.hear()
    expect(echo.saved).toBe(0)

    await fixture.log.succeedAll()
    echo.hear()
    expect(echo.saved).toBe(1)
  })

  it('R2: a frame that changes nothing is saved at once where everything is durable', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    writer.sendFrame(encodeSyncStep2(new Uint8Array([0, 0])))
    fixture.surroundings.advance(100)
    writer.hear()
    expect(writer.saved).toBe(1)
    expect(fixture.log.inFlight).toBe(0)
  })

  it('R2: an append that failed is repeated and nothing is called saved until it holds', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    await fixture.log.fail()
    writer.hear()
    expect(writer.saved).toBe(0)
    expect(fixture.events).toEqual(['failing'])

    fixture.surroundings.advance(100)
    expect(fixture.log.inFlight).toBe(1)
    await fixture.log.fail()
    fixture.surroundings.advance(200)
    await fixture.log.succeed()
    writer.hear()
    expect(writer.saved).toBe(1)
    expect(fixture.events).toEqual(['failing', 'recovered'])
    expect(textOf(fixture.durable())).toBe('a')
  })

  it('R2: an append whose answer was lost is repeated with its token, and is there once', async () => {
    const fixture = await RoomFixture.open()
    const writer = fixture.join()
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    await fixture.log.fail(undefined, true)
    fixture.surroundings.advance(100)
    await fixture.log.succeed()
    expect(fixture.log.entries).toHaveLength(1)
  })

  it('R2: saved never reaches a frame that was refused, nor passes over it', async () => {
    const fixture = await RoomFixture.open(undefined, { unsavedBytesPerDocument: 100 })
    const writer = fixture.join()
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    await fixture.log.fail()
    writer.text.insert(1, 'b'.repeat(200))
    writer.send()
    writer.text.insert(0, 'c')
    writer.send()
    fixture.surroundings.advance(200)
    await fixture.log.succeedAll()
    await fixture.settle(writer)
    expect(writer.extensions).toContainEqual(
      expect.objectContaining({ type: 'error', kind: 'store-unavailable', frame: 2 }),
    )
    expect(writer.saved).toBe(1)
  })

  it('R2: what was refused while the store was away is asked for when it is back', async () => {
    const fixture = await RoomFixture.open(undefined, { unsavedBytesPerDocument: 100 })
    const [writer, other] = [fixture.join(), fixture.join()]
    await fixture.settle(writer, other)
    writer.text.insert(0, 'a')
    writer.send()
    fixture.surroundings.advance(100)
    await fixture.log.fail()
    writer.text.insert(1, 'b'.repeat(200))
    writer.send()
    await fixture.settle(writer, other)
    expect(writer.wire.closed).toBeUndefined()
    expect(textOf(other.doc)).toBe('a' + 'b'.repeat(200))
    expect(textOf(fixture.durable())).toBe('a' + 'b'.repeat(200))
  })

  it('R2: one entry for each actor of a flush, all of them in one append', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join({ actor: 'ada' }), fixture.join({ actor: 'bob' })]
    await fixture.settle(ada, bob)
    for (const character of 'xyz') {
      ada.text.insert(0, character)
      bob.text.insert(0, character.toUpperCase())
    }
    ada.send()
    bob.send()
    fixture.surroundings.advance(100)
    expect(fixture.log.inFlight).toBe(1)
    await fixture.log.succeed()
    expect(fixture.log.entries.map((entry) => entry.actor)).toEqual(['ada', 'bob'])
  })

  it('L5: members of a document that was deleted are closed for good', async () => {
    for (const error of [new DocumentDeletedError('d'), new EpochMismatchError('d', 'e', 'f')]) {
      const fixture = await RoomFixture.open()
      const [writer, other] = [fixture.join(), fixture.join()]
      writer.text.insert(0, 'a')
      writer.send()
      fixture.surroundings.advance(100)
      await fixture.log.fail(error)
      expect([writer.wire.closed, other.wire.closed]).toEqual([error.kind, error.kind])
      expect(fixture.events).toEqual([`ended ${error.kind}`])
      writer.hear()
      expect(writer.saved).toBe(0)
    }
  })

  it('R2: a slow store pauses writers, and resumes them', async () => {
    const fixture = await RoomFixture.open(undefined, { unsavedBytesPerDocument: 100 })
    const writer = fixture.join()
    writer.sendFrame(encodeUpdate(updateOf('a'.repeat(80))))
    fixture.surroundings.advance(100)
    expect(writer.wire.paused).toBe(true)
    await fixture.log.succeed()
    expect(writer.wire.paused).toBe(false)
  })
})

function updateOf(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}
