import { type CheckpointReader, type LoadedDocument, MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { LiveDocuments } from '../src/live-documents.ts'
import { MeasuredLog } from '../src/measured-log.ts'
import { Metrics } from '../src/observability/metrics.ts'
import { defaultRoomLimits } from '../src/room/limits.ts'
import type { Seat } from '../src/room/member.ts'
import { FakeWire } from './support/fake-wire.ts'
import { FakePressure } from './support/fake-pressure.ts'
import { ManualClock } from './support/manual-clock.ts'
import { noLevels } from './support/no-levels.ts'
import { SlowStore } from './support/slow-store.ts'

const nothing = { documents: 0, members: 0, unsavedBytes: 0 }

function documentsWith(metrics: Metrics, clock = new ManualClock(), compactions: unknown[] = []): LiveDocuments {
  return new LiveDocuments({
    compacted: () => {},
    limits: { ...defaultRoomLimits, emptyRoomGrace: 0 },
    surroundings: clock,
    pressure: new FakePressure(),
    events: {
      opened: () => {},
      unloaded: () => {},
      waitingLetGo: () => {},
      joined: () => {},
      left: () => {},
      refused: () => {},
      storeFailing: () => {},
      storeRecovered: () => {},
      compactionFailed: (_document, error) => compactions.push(error),
      relayMissed: () => {},
      logRepaired: () => {},
      logUnreadable: () => {},
    },
    metrics,
  })
}

test('no document can be opened before there is a store; then what is open is counted, and what is not saved', async () => {
  const clock = new ManualClock()
  const compactions: unknown[] = []
  const metrics: Metrics = new Metrics(() => ({ ...noLevels, ...documents.load }))
  const documents = documentsWith(metrics, clock, compactions)
  const seat = (): Seat => ({ id: 'm', wire: new FakeWire(), actor: 'ada', role: 'write', speaksWeft: true })
  await expect(documents.join('d', seat(), true)).rejects.toThrow(StoreUnavailableError)
  expect([documents.load, documents.people('d'), await documents.settle(0)]).toEqual([nothing, [], []])

  const store = new SlowStore(new MemoryStore(), 'append')
  documents.begin(store)
  const { room, member } = await documents.join('d', seat(), true)
  const { member: reader } = await documents.join('d', { ...seat(), role: 'read' }, false)
  expect(documents.load).toEqual({ documents: 1, members: 2, unsavedBytes: 0 })

  const doc = new Y.Doc()
  doc.getText('t').insert(0, 'hello')
  const update = Y.encodeStateAsUpdate(doc)
  room.receive(member, { type: 'update', update })
  clock.advance(60)
  await store.asked
  expect(documents.load.unsavedBytes).toBe(update.byteLength)
  expect(await metrics.read()).toMatch(/^weft_unsaved_bytes [1-9]\d*$/m)
  store.letGo()
  await expect.poll(() => documents.load.unsavedBytes).toBe(0)
  expect(await metrics.read()).toMatch(/^weft_appends_total{outcome="durable"} 1$/m)

  for (const one of [member, reader]) room.leave(one)
  clock.advance(1)
  expect(documents.load).toEqual(nothing)
  await documents.close()
  expect(compactions).toEqual([])
  expect(await metrics.read()).toMatch(/^weft_compactions_total{outcome="(done|superseded)"} 1$/m)
})

test('R7: whoever waits for a document hears of its state as it is read, through all that lies between', async () => {
  const read: string[] = []
  const store = new MemoryStore()
  await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
  const { log, catalog, changes, files, revocations, collections } = store
  const reading = {
    append: log.append.bind(log),
    read: log.read.bind(log),
    heads: log.heads.bind(log),
    begin: log.begin.bind(log),
    replaceCheckpoint: log.replaceCheckpoint.bind(log),
    load: async (document: string, reader?: CheckpointReader): Promise<LoadedDocument> => {
      read.push(reader === undefined ? 'nobody listens' : 'heard')
      return log.load(document)
    },
  }
  const documents = documentsWith(new Metrics(() => noLevels))
  documents.begin({
    log: reading,
    catalog,
    files,
    changes,
    revocations,
    collections,
    check: () => store.check(),
    close: () => store.close(),
  })
  const seat: Seat = { id: 'm', wire: new FakeWire(), actor: 'ada', role: 'write', speaksWeft: true }
  await documents.join('d', seat, true, { offer: () => {} })
  expect(read).toEqual(['heard'])
  await documents.close()
})

test('appends that fail are counted apart', async () => {
  const metrics = new Metrics(() => noLevels)
  const { log, catalog } = new MemoryStore()
  await catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
  const measured = new MeasuredLog(log, metrics)
  const entries = [{ update: new Uint8Array([0, 0]), actor: 'ada', at: 1 }]
  await expect(measured.append('d', { epoch: 'another', token: 't', entries })).rejects.toThrow('epoch')
  expect(await metrics.read()).toMatch(/^weft_appends_total{outcome="failed"} 1$/m)
  const { epoch } = (await measured.load('d')).head
  await measured.append('d', { epoch, token: 't', entries })
  expect((await measured.read('d', 0)).entries).toHaveLength(1)
  expect(await measured.heads(['d'])).toMatchObject([{ position: 1 }])
  expect(await measured.begin('d', epoch, 2)).toMatchObject({ epoch, position: 1 })
})
