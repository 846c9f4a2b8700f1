import { encodeAwarenessFrame } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { RoomFixture } from '../support/room-fixture.ts'

describe('R6: presence', () => {
  it('R6: everyone sees everyone, newcomers included', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join(), fixture.join()]
    ada.awareness.setLocalState({ user: { name: 'Ada', color: '#aa0000' } })
    await fixture.settle(ada, bob)
    expect(bob.awareness.getStates().get(ada.doc.clientID)).toEqual({ user: { name: 'Ada', color: '#aa0000' } })

    const late = fixture.join()
    await fixture.settle(ada, bob, late)
    expect(late.awareness.getStates().size).toBe(3)
    expect(fixture.room.people()).toEqual([{ name: 'Ada', color: '#aa0000' }])
  })

  it('R6: it is gone for everyone when a member leaves', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join(), fixture.join()]
    await fixture.settle(ada, bob)
    ada.drop()
    await fixture.settle(bob)
    expect(bob.awareness.getStates().has(ada.doc.clientID)).toBe(false)
  })

  it('R6: someone who comes back with the clock it left with is seen at once', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join(), fixture.join()]
    await fixture.settle(ada, bob)
    const clock = ada.awareness.meta.get(ada.doc.clientID)?.clock ?? 0
    ada.drop()
    await fixture.settle(bob)

    const back = fixture.join({ doc: ada.doc })
    // A stock client keeps its awareness over a reconnect, and with it the clock.
    const meta = back.awareness.meta.get(back.doc.clientID)
    if (meta !== undefined) meta.clock = clock
    await fixture.settle(back, bob)
    expect(bob.awareness.getStates().has(back.doc.clientID)).toBe(true)
  })

  it('R6: a second connection of the same client takes over, even at an equal clock, and the first one leaving removes nothing', async () => {
    const fixture = await RoomFixture.open()
    const [first, bob] = [fixture.join(), fixture.join()]
    await fixture.settle(first, bob)
    const second = fixture.join({ doc: first.doc })
    second.send()
    fixture.surroundings.advance(100)
    first.drop()
    await fixture.settle(second, bob)
    expect(bob.awareness.getStates().has(first.doc.clientID)).toBe(true)
  })

  it('R6: an older connection of a client no longer speaks for it', async () => {
    const fixture = await RoomFixture.open()
    const [first, bob] = [fixture.join(), fixture.join()]
    await fixture.settle(first, bob)
    const second = fixture.join({ doc: first.doc })
    second.send()
    const { clientID } = first.doc
    const clock = (first.awareness.meta.get(clientID)?.clock ?? 0) + 5
    first.sendFrame(encodeAwarenessFrame([{ clientId: clientID, clock, json: 'null' }]))
    await fixture.settle(second, bob)
    expect(bob.awareness.getStates().has(clientID)).toBe(true)
  })

  it('R6: what a client repeats of others is ignored, so that its leaving does not take them along', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob, eve] = [fixture.join(), fixture.join(), fixture.join()]
    await fixture.settle(ada, bob, eve)
    const { clientID } = ada.doc
    eve.sendFrame(encodeAwarenessFrame([{ clientId: clientID, clock: 99, json: '{"user":"not ada"}' }]))
    await fixture.settle(ada, bob, eve)
    expect(bob.awareness.getStates().get(clientID)).toEqual({ here: true })
    eve.drop()
    await fixture.settle(ada, bob)
    expect(bob.awareness.getStates().has(clientID)).toBe(true)
  })

  it('R6: an observer that shows nothing of itself does not take over whom it repeats', async () => {
    const fixture = await RoomFixture.open()
    const ada = fixture.join()
    await fixture.settle(ada)
    const observer = fixture.join({ shows: false })
    await fixture.settle(ada, observer)
    const meta = ada.awareness.meta.get(ada.doc.clientID)
    const echo = { clientId: ada.doc.clientID, clock: meta?.clock ?? 0, json: '{"here":true}' }
    observer.sendFrame(encodeAwarenessFrame([echo]))
    ada.drop()
    await fixture.settle(observer)
    observer.sendFrame(encodeAwarenessFrame([echo]))
    const newcomer = fixture.join()
    await fixture.settle(observer, newcomer)
    expect(newcomer.awareness.getStates().has(ada.doc.clientID)).toBe(false)

    observer.awareness.setLocalState({ here: true })
    await fixture.settle(observer, newcomer)
    expect(newcomer.awareness.getStates().has(observer.doc.clientID)).toBe(true)
  })

  it('R6: a renewal that changes nothing goes out within seconds, not at once', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join(), fixture.join()]
    await fixture.settle(ada, bob)
    fixture.surroundings.advance(1_000)
    bob.wire.take()
    ada.awareness.setLocalState(ada.awareness.getLocalState())
    ada.send()
    fixture.surroundings.advance(100)
    expect(bob.wire.buffered).toBe(0)
    fixture.surroundings.advance(6_000)
    expect(bob.wire.buffered).toBeGreaterThan(0)
  })

  it('R6: presence is never in the log', async () => {
    const fixture = await RoomFixture.open()
    const [ada, bob] = [fixture.join(), fixture.join()]
    ada.awareness.setLocalState({ user: 'Ada' })
    await fixture.settle(ada, bob)
    expect(fixture.log.entries).toEqual([])
    expect(Y.encodeStateAsUpdate(fixture.durable())).toEqual(new Uint8Array([0, 0]))
  })
})
