import { describe, expect, it } from 'vitest'
import { NodesFixture } from '../support/nodes-fixture.ts'
import { textOf } from '../support/room-fixture.ts'
import { settled } from '../support/scripted-log.ts'

/** Longer than a gap may last, shorter than the probe's round. */
const aMoment = 500

describe('X1: what the relay does not bring', () => {
  it('X1: an edit is heard by the other node at once, and logged once', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    ada.text.insert(0, 'hello')
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('hello')
    expect(fixture.log.head.position).toBe(1)
    expect(fixture.events.filter((event) => event.includes('missed'))).toEqual([])
  })

  it('X1: a message that was lost shows at the next one, and is read from the log', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    await fixture.pass(aMoment, ada, ben)
    ada.text.insert(0, 'lost ')
    ada.send()
    fixture.surroundings.advance(10)
    await settled()
    for (const message of fixture.relay.inTransit.filter(({ to }) => to === b.name)) fixture.relay.drop(message)
    ada.text.insert(5, 'heard')
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('lost heard')
    expect(fixture.events).toContain(`${b.name} missed`)
  })

  it('X1: the last message of a document, lost, is found by the probe within some ten seconds', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    await fixture.pass(aMoment, ada, ben)
    ada.text.insert(0, 'last')
    ada.send()
    fixture.surroundings.advance(10)
    await settled()
    for (const message of fixture.relay.inTransit.filter(({ to }) => to === b.name)) fixture.relay.drop(message)
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('')
    await fixture.pass(11_000, ada, ben)
    expect(textOf(ben.doc)).toBe('last')
  })

  it('X1: a node whose subscription was lost and is back reads what it missed, at once', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    await fixture.pass(aMoment, ada, ben)
    fixture.relay.disconnect(b.name)
    ada.text.insert(0, 'missed')
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('')
    fixture.relay.reconnect(b.name)
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('missed')
  })

  it('X1: messages out of order are no gap, if the missing one comes soon', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    await fixture.pass(aMoment, ada, ben)
    for (const text of ['two ', 'one ']) {
      ada.text.insert(0, text)
      ada.send()
      fixture.surroundings.advance(1)
      await settled()
    }
    const reversed = fixture.relay.inTransit.toReversed()
    for (const message of reversed) fixture.relay.deliver(message)
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('one two ')
    expect(fixture.events.filter((event) => event.includes('missed'))).toEqual([])
  })

  it('X1: what came while the document was loaded is not taken for a gap', async () => {
    const fixture = new NodesFixture()
    const a = await fixture.start()
    const ada = fixture.join(a)
    const opening = fixture.start()
    ada.text.insert(0, 'meanwhile')
    ada.send()
    fixture.surroundings.advance(10)
    const b = await opening
    const ben = fixture.join(b)
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('meanwhile')
    expect(fixture.events.filter((event) => event.includes('missed'))).toEqual([])
  })

  it('X1: a log that was compacted past a deaf node brings it up all the same, and is no incident', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    ada.text.insert(0, 'both ')
    await fixture.pass(aMoment, ada, ben)
    fixture.relay.disconnect(b.name)
    ada.text.insert(5, 'then more')
    await fixture.pass(aMoment, ada, ben)
    fixture.log.compact()
    fixture.relay.reconnect(b.name)
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ben.doc)).toBe('both then more')
    expect(fixture.events.filter((event) => event.includes('log-'))).toEqual([])
  })
})

describe('L6: a log that lost something', () => {
  it('L6: its end is put back from a replica, once, and each node that noticed says so', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    for (const text of ['one ', 'two ', 'three ']) {
      ada.text.insert(ada.text.length, text)
      await fixture.pass(aMoment, ada, ben)
    }
    fixture.log.loseEnd(2)
    await fixture.pass(12_000, ada, ben)
    expect(textOf(fixture.log.doc())).toBe('one two three ')
    expect(fixture.events.filter((event) => event.includes('put back'))).toHaveLength(1)
    expect(fixture.events.filter((event) => event.includes('log-forked'))).toHaveLength(2)
    expect(fixture.log.head.position).toBe(2)
  })

  it('L6: others appended in the place of what was lost, at the same positions: both are kept', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    ada.text.insert(0, 'lost')
    await fixture.pass(aMoment, ada, ben)
    fixture.log.loseEnd(1)
    const c = await fixture.start()
    const cleo = fixture.join(c)
    cleo.text.insert(0, 'new ')
    await fixture.pass(12_000, ada, ben, cleo)
    const texts = [ada, ben, cleo].map(({ doc }) => textOf(doc))
    expect(new Set([...texts, textOf(fixture.log.doc())]).size).toBe(1)
    expect(texts[0]).toContain('lost')
    expect(texts[0]).toContain('new ')
  })

  it('L6: a log that is gone is begun anew and put back without an edit, within fifteen seconds', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    ada.text.insert(0, 'everything')
    ben.text.delete(0, 0)
    await fixture.pass(aMoment, ada, ben)
    fixture.log.loseAll()
    await fixture.pass(15_000, ada, ben)
    expect(textOf(fixture.log.doc())).toBe('everything')
    expect(fixture.log.head.epoch).toMatch(/^0\.origin\.drawn/)
    expect(fixture.events.filter((event) => event.includes('log-lost put back'))).toHaveLength(1)
    ben.text.insert(0, 'still ')
    await fixture.pass(aMoment, ada, ben)
    expect(textOf(ada.doc)).toBe('still everything')
    expect(textOf(fixture.log.doc())).toBe('still everything')
    expect(ben.saved).toBe(ben.sentUpdates)
  })

  it('L6: what a node appended while its relay was deaf, and the log lost before it was back, is put back', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    ada.text.insert(0, 'one ')
    await fixture.pass(aMoment, ada, ben)
    fixture.relay.disconnect(a.name)
    fixture.relay.disconnect(b.name)
    ada.text.insert(4, 'two ')
    ada.send()
    fixture.surroundings.advance(10)
    await settled()
    expect(fixture.log.head.position).toBe(2)
    fixture.log.loseEnd(1)
    fixture.relay.reconnect(a.name)
    fixture.relay.reconnect(b.name)
    await fixture.pass(12_000, ada, ben)
    expect(textOf(fixture.log.doc())).toBe('one two ')
    expect(textOf(ben.doc)).toBe('one two ')
  })

  it('L6: deletions that were lost are put back too', async () => {
    const fixture = new NodesFixture()
    const a = await fixture.start()
    const ada = fixture.join(a)
    ada.text.insert(0, 'secret')
    await fixture.pass(aMoment, ada)
    ada.text.delete(0, 6)
    await fixture.pass(aMoment, ada)
    fixture.log.loseEnd(1)
    expect(textOf(fixture.log.doc())).toBe('secret')
    await fixture.pass(12_000, ada)
    expect(textOf(fixture.log.doc())).toBe('')
  })

  it('L6: what waits for other updates is put back with the rest', async () => {
    const fixture = new NodesFixture()
    const a = await fixture.start()
    const ada = fixture.join(a)
    await fixture.pass(aMoment, ada)
    ada.text.insert(0, 'first ')
    ada.text.insert(6, 'second')
    const first = ada.dropNext()
    await fixture.pass(aMoment, ada)
    fixture.log.loseAll()
    await fixture.pass(12_000, ada)
    const durable = fixture.log.doc()
    expect(durable.store.pendingStructs).toBeNull()
    expect(first).toBeDefined()
    expect(textOf(durable)).toBe('first second')
  })

  it('L6: an empty room is not unloaded before the log was seen to hold what it has', async () => {
    const fixture = new NodesFixture({ emptyRoomGrace: 1_000 })
    const a = await fixture.start()
    const ada = fixture.join(a)
    ada.text.insert(0, 'the only copy')
    await fixture.pass(aMoment, ada)
    ada.drop()
    fixture.log.loseAll()
    await fixture.pass(20_000)
    expect(fixture.events).toContain(`${a.name} unloaded`)
    expect(textOf(fixture.log.doc())).toBe('the only copy')
  })
})

describe('X3: the store is away', () => {
  it('X3: edits are taken up to the bound of the node, refused past it, and all there when it is back', async () => {
    const fixture = new NodesFixture({ unsavedBytesPerNode: 2_000 })
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    await fixture.pass(aMoment, ada, ben)
    fixture.log.away = true
    ada.text.insert(0, 'x'.repeat(1_500))
    await fixture.pass(aMoment, ada, ben)
    expect(fixture.events).toContain(`${a.name} failing`)
    ada.text.insert(0, 'y'.repeat(1_500))
    ben.text.insert(0, 'z'.repeat(1_500))
    await fixture.pass(aMoment, ada, ben)
    expect(fixture.events).toContain(`${a.name} refused store-unavailable`)
    expect(fixture.events).not.toContain(`${b.name} refused store-unavailable`)
    fixture.log.away = false
    await fixture.pass(5_000, ada, ben)
    expect(textOf(fixture.log.doc())).toHaveLength(4_500)
    expect(textOf(ben.doc)).toBe(textOf(ada.doc))
    expect([ada.wire.closed, ben.wire.closed]).toEqual([undefined, undefined])
  })
})

describe('R6: presence across nodes', () => {
  it("R6: a newcomer's node learns who is there, and all see each other leave", async () => {
    const fixture = new NodesFixture()
    const a = await fixture.start()
    const ada = fixture.join(a)
    await fixture.pass(aMoment, ada)
    const b = await fixture.start()
    const ben = fixture.join(b)
    await fixture.pass(aMoment, ada, ben)
    expect([...ben.awareness.getStates().keys()]).toContain(ada.doc.clientID)
    expect([...ada.awareness.getStates().keys()]).toContain(ben.doc.clientID)
    ada.drop()
    await fixture.pass(aMoment, ben)
    expect([...ben.awareness.getStates().keys()]).toEqual([ben.doc.clientID])
  })

  it("R6: a dead node's people are gone within 30 s, and those of a live one stay", async () => {
    const fixture = new NodesFixture()
    const [a, b, c] = [await fixture.start(), await fixture.start(), await fixture.start()]
    const [ada, ben, cleo] = [fixture.join(a), fixture.join(b), fixture.join(c)]
    await fixture.pass(aMoment, ada, ben, cleo)
    fixture.relay.disconnect(a.name)
    for (let seconds = 0; seconds < 30; seconds += 15) {
      for (const { awareness } of [ben, cleo]) awareness.setLocalState({ ...awareness.getLocalState() })
      await fixture.pass(15_000, ben, cleo)
    }
    expect(new Set(ben.awareness.getStates().keys())).toEqual(new Set([ben.doc.clientID, cleo.doc.clientID]))
  })

  it('R6: someone who comes back on another node with the same clock is seen at once, and the old connection removes nothing', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben, cleo] = [fixture.join(a), fixture.join(b), fixture.join(a)]
    await fixture.pass(aMoment, ada, ben, cleo)
    const clock = ada.awareness.meta.get(ada.doc.clientID)?.clock ?? 0
    const back = fixture.join(b, { doc: ada.doc })
    const meta = back.awareness.meta.get(back.doc.clientID)
    if (meta !== undefined) meta.clock = clock
    await fixture.pass(aMoment, back, ben, cleo)
    ada.drop()
    await fixture.pass(6_000, back, ben, cleo)
    expect([...ben.awareness.getStates().keys()]).toContain(ada.doc.clientID)
    expect([...cleo.awareness.getStates().keys()]).toContain(ada.doc.clientID)
  })

  it('R6: who was taken for dead is seen again as soon as its node is heard', async () => {
    const fixture = new NodesFixture()
    const [a, b] = [await fixture.start(), await fixture.start()]
    const [ada, ben] = [fixture.join(a), fixture.join(b)]
    await fixture.pass(aMoment, ada, ben)
    fixture.relay.disconnect(a.name)
    await fixture.pass(29_000, ben)
    expect([...ben.awareness.getStates().keys()]).not.toContain(ada.doc.clientID)
    fixture.relay.reconnect(a.name)
    await fixture.pass(aMoment, ada, ben)
    expect([...ben.awareness.getStates().keys()]).toContain(ada.doc.clientID)
  })
})
