import {
  CorruptRecordError,
  DocumentDeletedError,
  DocumentNotFoundError,
  type DocumentLog,
  openStore,
  type Store,
  StoreUnavailableError,
} from '@weft/persistence'
import { encodeUpdate } from '@weft/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { defaultRoomLimits } from '../../src/room/limits.ts'
import type { Seat } from '../../src/room/member.ts'
import { Rooms } from '../../src/room/rooms.ts'
import { CountedTraffic } from '../support/counted-traffic.ts'
import { FakePressure } from '../support/fake-pressure.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'
import { FakeWire } from '../support/fake-wire.ts'
import { settled } from '../support/scripted-log.ts'

const grace = defaultRoomLimits.emptyRoomGrace

describe('rooms', () => {
  let store: Store
  let surroundings: FakeSurroundings
  let loads: number
  let compacted: string[]
  let events: string[]
  let rooms: Rooms

  beforeEach(async () => {
    store = await openStore('memory:')
    surroundings = new FakeSurroundings()
    loads = 0
    compacted = []
    events = []
    rooms = roomsOver(store.log)
  })

  function roomsOver(log: DocumentLog): Rooms {
    const counting: DocumentLog = {
      load: (document) => {
        loads++
        return log.load(document)
      },
      append: (document, request) => log.append(document, request),
      read: (document, from) => log.read(document, from),
      replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
      heads: (documents) => log.heads(documents),
      begin: (document, lost, at) => log.begin(document, lost, at),
    }
    return new Rooms({
      log: counting,
      catalog: store.catalog,
      compact: (document) => {
        compacted.push(document)
        return Promise.resolve()
      },
      limits: defaultRoomLimits,
      traffic: new CountedTraffic(),
      surroundings,
      pressure: new FakePressure(),
      events: {
        opened: (document) => events.push(`opened ${document}`),
        unloaded: (document) => events.push(`unloaded ${document}`),
        waitingLetGo: () => {},
        joined: () => {},
        left: () => {},
        refused: () => {},
        storeFailing: () => {},
        storeRecovered: () => {},
        compactionFailed: () => {},
        relayMissed: () => {},
        logRepaired: () => {},
        logUnreadable: () => {},
      },
    })
  }

  /** Awaits something that needs time to pass. */
  async function passing<T>(promise: Promise<T>): Promise<T> {
    let done = false
    const end = promise.finally(() => (done = true))
    while (!done) {
      surroundings.advance(1)
      await settled()
    }
    return await end
  }

  const seat = (): Seat => ({ id: 'm', wire: new FakeWire(), actor: 'ada', role: 'write', speaksWeft: true })

  it('R7: however many join at once, the document is loaded once', async () => {
    await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 0 })
    const seated = await passing(Promise.all(Array.from({ length: 50 }, () => rooms.join('d', seat(), true))))
    expect(new Set(seated.map(({ room }) => room)).size).toBe(1)
    expect(loads).toBe(1)
    expect(rooms.size).toBe(1)
  })

  it('R7: a load that fails fails for all who waited, and the next one tries again', async () => {
    let broken = true
    const { log } = store
    rooms = roomsOver({
      load: (document) => (broken ? Promise.reject(new StoreUnavailableError('gone')) : log.load(document)),
      append: (document, request) => log.append(document, request),
      read: (document, from) => log.read(document, from),
      replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
      heads: (documents) => log.heads(documents),
      begin: (document, lost, at) => log.begin(document, lost, at),
    })
    const results = await Promise.allSettled([rooms.join('d', seat(), true), rooms.join('d', seat(), true)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    broken = false
    await expect(passing(rooms.join('d', seat(), true))).resolves.toBeDefined()
  })

  it('creates a document that never existed for who may write, and for nobody else', async () => {
    await expect(rooms.join('new', seat(), false)).rejects.toBeInstanceOf(DocumentNotFoundError)
    await passing(rooms.join('new', seat(), true))
    expect(await store.catalog.get('new')).toMatchObject({ id: 'new', createdBy: 'ada' })
  })

  it('L5: a deleted document is not created anew by opening it', async () => {
    await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 0 })
    await store.catalog.delete('d', 1)
    await expect(rooms.join('d', seat(), true)).rejects.toBeInstanceOf(DocumentDeletedError)
  })

  it('L8: what the log holds and Yjs cannot read is an error that names the document, not an empty document', async () => {
    await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 0 })
    const { head } = await store.log.load('d')
    const update = new Uint8Array([1, 1, 1, 200])
    await store.log.append('d', { epoch: head.epoch, token: 't', entries: [{ update, actor: 'ada', at: 0 }] })
    const failed = await passing(rooms.join('d', seat(), true).catch((error: unknown) => error))
    expect(failed).toBeInstanceOf(CorruptRecordError)
    expect(String(failed)).toContain('document d')
  })

  it('R8: a room with nobody in it is checkpointed and unloaded after its grace period, and no timer stays', async () => {
    const { room, member } = await passing(rooms.join('d', seat(), true))
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'text')
    room.receive(member, { type: 'update', update: Y.encodeStateAsUpdate(doc) })
    room.leave(member)
    await passing(rooms.settle(1_000))
    surroundings.advance(grace * 0.5)
    expect(rooms.size).toBe(1)
    surroundings.advance(grace * 2)
    expect(rooms.size).toBe(0)
    expect(compacted).toEqual(['d'])
    expect(events).toEqual(['opened d', 'unloaded d'])
    surroundings.advance(grace)
    expect(surroundings.timers).toBe(0)
  })

  it('R8: a room that someone came back to within the grace period stays', async () => {
    const { room, member } = await passing(rooms.join('d', seat(), true))
    room.leave(member)
    surroundings.advance(grace * 0.9)
    await passing(rooms.join('d', seat(), true))
    surroundings.advance(grace * 3)
    expect(rooms.size).toBe(1)
    expect(loads).toBe(2)
  })

  it('R8: a room with something that is not durable yet is not unloaded', async () => {
    let release = (): void => {}
    const { log } = store
    rooms = roomsOver({
      load: (document) => log.load(document),
      append: async (document, request) => {
        await new Promise<void>((resolve) => (release = resolve))
        return await log.append(document, request)
      },
      read: (document, from) => log.read(document, from),
      replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
      heads: (documents) => log.heads(documents),
      begin: (document, lost, at) => log.begin(document, lost, at),
    })
    const { room, member } = await passing(rooms.join('d', seat(), true))
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'text')
    room.receive(member, { type: 'update', update: Y.encodeStateAsUpdate(doc) })
    room.leave(member)
    surroundings.advance(grace * 3)
    expect(rooms.size).toBe(1)
    release()
    await settled()
    surroundings.advance(grace * 3)
    expect(rooms.size).toBe(0)
  })

  it('S3: a store that takes nothing does not keep a server from going down, and what is not saved is named', async () => {
    const { log } = store
    rooms = roomsOver({
      load: (document) => log.load(document),
      append: () => Promise.reject(new StoreUnavailableError('the disk is full')),
      read: (document, from) => log.read(document, from),
      replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
      heads: (documents) => log.heads(documents),
      begin: (document, lost, at) => log.begin(document, lost, at),
    })
    const { room, member } = await passing(rooms.join('d', seat(), true))
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'text')
    room.receive(member, { type: 'update', update: Y.encodeStateAsUpdate(doc) })
    expect(await passing(rooms.settle(100))).toEqual(['d'])
  })

  it('R8: what was written is there when the room is opened again', async () => {
    const wire = new FakeWire()
    const { room, member } = await passing(rooms.join('d', { ...seat(), wire }, true))
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'text')
    room.receive(member, { type: 'update', update: Y.encodeStateAsUpdate(doc) })
    room.leave(member)
    await passing(rooms.settle(1_000))
    surroundings.advance(grace * 3)

    const again = await passing(rooms.join('d', { ...seat(), wire }, true))
    wire.take()
    again.room.receive(again.member, { type: 'sync-step-1', stateVector: new Uint8Array([0]) })
    const [frame] = wire.take()
    expect(frame).toEqual(Uint8Array.from([0, 1, ...encodeUpdate(Y.encodeStateAsUpdate(doc)).slice(2)]))
  })
})
