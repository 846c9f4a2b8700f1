import { once } from 'node:events'
import { type Checkpoint, MemoryStore, type Store } from '@weft/persistence'
import { encodeOutline, encodeSyncStep2, encodeUpdate, splitWithOutline, weftSubprotocol } from '@weft/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { EarlyState, EarlyStates } from '../../src/room/early-state.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'
import { FakeWire } from '../support/fake-wire.ts'
import { PartedLog } from '../support/parted-log.ts'
import { SocketClient } from '../support/socket-client.ts'
import { TierFixture } from '../support/tier-fixture.ts'

const step1 = new Uint8Array([0, 0, 1, 0])
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1
const isUpdate = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 2

/** A document in parts of about 16 KiB, which several people wrote. */
function writtenTogether(): Y.Doc {
  const doc = new Y.Doc()
  const text = doc.getText('t')
  for (let turn = 0; turn < 2_000; turn++) {
    doc.clientID = 10 + (turn % 3)
    text.insert((turn * 31) % (text.length + 1), `what was written in turn ${turn}, `)
  }
  return doc
}

describe('the state of a document that is being loaded', () => {
  let doc: Y.Doc
  let log: PartedLog
  let store: Store
  let chunks: number

  beforeEach(async () => {
    doc = writtenTogether()
    const memory = new MemoryStore()
    log = new PartedLog(memory.log)
    store = {
      log,
      catalog: memory.catalog,
      files: memory.files,
      revocations: memory.revocations,
      changes: memory.changes,
      collections: memory.collections,
      check: () => memory.check(),
      close: () => memory.close(),
    }
    await memory.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 0 })
    chunks = await compact((outline) => outline)
  })

  /** Puts the document's state into the log. @returns how many chunks it has */
  async function compact(change: (outline: Uint8Array) => Uint8Array): Promise<number> {
    const state = Y.encodeStateAsUpdate(doc)
    const { head, checkpoint: before } = await appendTo('d', state)
    const parts = [...splitWithOutline(state, 16 * 1024)]
    const checkpoint: Checkpoint = {
      place: head,
      stateVector: Y.encodeStateVector(doc),
      chunks: parts.map(({ update }) => update),
      outline: change(encodeOutline(parts.flatMap(({ outline }) => (outline === undefined ? [] : [outline])))),
    }
    expect(await store.log.replaceCheckpoint('d', checkpoint, before?.place.tip)).toBe(true)
    return parts.length
  }

  async function appendTo(id: string, update: Uint8Array): ReturnType<Store['log']['read']> {
    const { head } = await store.log.read(id, 0)
    const token = `${head.position}`
    await store.log.append(id, { epoch: head.epoch, token, entries: [{ update, actor: 'ada', at: 0 }] })
    return await store.log.read(id, 0)
  }

  /** Opens the document and asks for everything. Resolves when the server has heard that. */
  async function ask(fixture: TierFixture): Promise<SocketClient> {
    const client = await SocketClient.open(fixture.url('d'), { protocols: [weftSubprotocol] })
    client.send(step1)
    await roundTrip(client)
    return client
  }

  /** Resolves when the server has read what was sent to it before, and the client what the server has answered. */
  async function roundTrip({ ws }: SocketClient): Promise<void> {
    const answered = once(ws, 'pong')
    ws.ping()
    await answered
  }

  it('R7, S1: goes out as it comes from the store, as one message, to all who wait for it', async () => {
    await using fixture = await TierFixture.open({ store })
    const early = await ask(fixture)
    await log.asked
    const [socket] = fixture.sockets
    const before = socket?.bytesWritten ?? 0
    log.go('next')
    // The rest has not been read.
    await expect.poll(() => (socket?.bytesWritten ?? 0) - before).toBeGreaterThan(1_000)
    const late = await ask(fixture)
    for (let read = 1; read < chunks; read++) {
      await new Promise((resolve) => setImmediate(resolve))
      log.go('next')
    }
    const expected = Y.encodeStateAsUpdate(doc).byteLength
    for (const client of [early, late]) {
      const state = await client.hear(isUpdate)
      expect(state.byteLength).toBeGreaterThan(expected * 0.9)
      const reader = new Y.Doc()
      Y.applyUpdate(reader, updateOf(state))
      expect(reader.getText('t').toString()).toBe(doc.getText('t').toString())
      // Nothing came since: that is all that is missing to be synced.
      expect(await client.hear(isStep2)).toEqual(encodeSyncStep2(new Uint8Array([0, 0])))
      await roundTrip(client)
      expect(client.frames.filter((frame) => isUpdate(frame) || isStep2(frame))).toEqual([])
    }
    expect(log.loads).toBe(1)
    expect([fixture.refused, fixture.failures]).toEqual([[], []])
  })

  it('S1: is concluded by what the log holds since, before there is a room', async () => {
    const { checkpoint } = await store.log.read('d', 0)
    const state = checkpoint && EarlyState.of(checkpoint)
    if (state === undefined) throw new Error('there is no checkpoint with an outline')
    const [early, late] = [new FakeWire(), new FakeWire()]
    state.sendTo(early, false)
    for (const chunk of checkpoint?.chunks ?? []) state.add(chunk)
    const before = Y.encodeStateVector(doc)
    doc.getText('t').insert(0, 'since the checkpoint, ')
    const first = Y.encodeStateAsUpdate(doc, before)
    const between = Y.encodeStateVector(doc)
    doc.getText('t').insert(0, 'and again, ')
    state.conclude([first, Y.encodeStateAsUpdate(doc, between)])
    state.sendTo(late, false)
    for (const wire of [early, late]) {
      const [sent, step2, ...more] = wire.take()
      const reader = new Y.Doc()
      for (const frame of [sent, step2]) if (frame !== undefined) Y.applyUpdate(reader, updateOf(frame))
      expect([step2 !== undefined && isStep2(step2), more]).toEqual([true, []])
      expect(reader.getText('t').toString()).toBe(doc.getText('t').toString())
    }
    const since = new Uint8Array([0, 0])
    const restOf = (asLoaded: boolean): unknown => state.rest(since, { asLoaded, since: () => since })
    expect([restOf(true), restOf(false)]).toEqual([[], [{ payload: encodeUpdate(since) }]])
  })

  it('S1: has left before the replica is built, unless that takes somebody too long', async () => {
    const { checkpoint } = await store.log.read('d', 0)
    if (checkpoint === undefined) throw new Error('there is no checkpoint')
    const [states, surroundings, wire] = [new EarlyStates(), new FakeSurroundings(), new FakeWire()]
    states.welcome({ offer: (state) => state.sendTo(wire, false) })
    states.read(checkpoint)
    const leaving = async (milliseconds: number, taken: number): Promise<boolean> => {
      let left = false
      void states.left(surroundings).then(() => (left = true))
      for (let waited = 0; waited < milliseconds; waited++) {
        if (waited === taken) wire.take()
        surroundings.advance(1)
        await Promise.resolve()
        await Promise.resolve()
      }
      return !left
    }
    expect(wire.buffered).toBeGreaterThan(0)
    expect(await leaving(249, Infinity)).toBe(true)
    expect(await leaving(260, Infinity)).toBe(false)
    expect(await leaving(40, 50)).toBe(true)
    expect(await leaving(40, 20)).toBe(false)
    await expect(states.left(surroundings)).resolves.toBeUndefined()
  })

  it('S1: is followed by what the log holds beside the checkpoint, and by what others write meanwhile', async () => {
    const state = Y.encodeStateVector(doc)
    doc.getText('t').insert(0, 'since the checkpoint, ')
    await appendTo('d', Y.encodeStateAsUpdate(doc, state))
    await using fixture = await TierFixture.open({ store })
    const [reader, writer] = [await ask(fixture), await ask(fixture)]
    const written = new Y.Doc()
    written.getText('t').insert(0, 'meanwhile, ')
    writer.send(encodeUpdate(Y.encodeStateAsUpdate(written)))
    await log.asked
    for (let read = 0; read < chunks; read++) {
      log.go('next')
      await new Promise((resolve) => setImmediate(resolve))
    }
    const heard = new Y.Doc()
    const apply = (frame: Uint8Array): boolean => {
      if (isUpdate(frame) || isStep2(frame)) Y.applyUpdate(heard, updateOf(frame))
      return heard.getText('t').toString().includes('meanwhile')
    }
    await reader.hear(apply)
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(written))
    expect(heard.getText('t').toString()).toBe(doc.getText('t').toString())
  })

  it('S1: is not cut in two by a sign of life, however long the store takes', async () => {
    await using fixture = await TierFixture.open({ store })
    const client = await ask(fixture)
    await log.asked
    log.go('next')
    for (let sweep = 0; sweep < 6; sweep++) {
      fixture.clock.advance(5_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (let read = 1; read < chunks; read++) {
      log.go('next')
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await client.hear(isUpdate)).byteLength).toBeGreaterThan(10_000)
    await client.hear(isStep2)
  })

  it.each(['again', 'fail'] as const)('a client whose state does not go on comes back (%s)', async (how) => {
    await using fixture = await TierFixture.open({ store })
    const client = await ask(fixture)
    await log.asked
    log.go('next')
    await new Promise((resolve) => setImmediate(resolve))
    log.go(how)
    expect((await client.closed).code).toBe(1013)
    for (let read = 0; how === 'again' && read < chunks; read++) {
      await new Promise((resolve) => setImmediate(resolve))
      log.go('next')
    }
  })

  it('waits for the room where it goes together otherwise than was said, and is whole all the same', async () => {
    await compact(() => encodeOutline([{ runs: [], deleteClients: 0, deleteBytes: 3 }]))
    await using fixture = await TierFixture.open({ store })
    const client = await SocketClient.open(fixture.url('d'))
    await log.asked
    for (let read = 0; read < chunks; read++) {
      log.go('next')
      await new Promise((resolve) => setImmediate(resolve))
    }
    client.send(step1)
    const reader = new Y.Doc()
    Y.applyUpdate(reader, updateOf(await client.hear(isStep2)))
    expect(reader.getText('t').toString()).toBe(doc.getText('t').toString())
  })
})

/** The update in a frame that is known to carry one. */
function updateOf(frame: Uint8Array): Uint8Array {
  let at = 2
  while ((frame[at] ?? 0) >= 0x80) at++
  return frame.subarray(at + 1)
}
