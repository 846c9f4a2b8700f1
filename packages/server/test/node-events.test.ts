import { MemoryStore, type Store, StoreUnavailableError } from '@weft/persistence'
import { expect, test } from 'vitest'
import { Health } from '../src/health.ts'
import { type Observers, requestReport, roomsEvents, tierEvents } from '../src/node-events.ts'
import { Metrics } from '../src/observability/metrics.ts'
import { StoreOpening } from '../src/store-opening.ts'
import { CapturedLog } from './support/captured-log.ts'
import { FakeSurroundings } from './support/fake-surroundings.ts'
import { noLevels } from './support/no-levels.ts'

function observersOf(open: () => Promise<Store>): Observers & { captured: CapturedLog; opening: StoreOpening } {
  const surroundings = new FakeSurroundings()
  const opening = new StoreOpening({ open, patient: true, surroundings, waiting: () => {} })
  const health = new Health({ role: 'all', opening, shared: false, surroundings })
  const metrics = new Metrics(() => ({ ...noLevels, documentsFailing: health.failing.size }))
  const captured = new CapturedLog()
  return { log: captured.log, metrics, health, captured, opening }
}

const away = new StoreUnavailableError('nobody there')

test('a document whose appends fail counts as failing until the store takes them, or it is gone', async () => {
  const observers = observersOf(() => Promise.resolve(new MemoryStore()))
  await observers.opening.begun()
  const events = roomsEvents(observers)
  const failing = async (): Promise<number> => {
    const [, count] = /^weft_documents_failing (\d+)$/m.exec(await observers.metrics.read()) ?? []
    return Number(count)
  }
  events.storeFailing('a', away)
  events.storeFailing('b', away)
  expect([await failing(), (await observers.health.readiness()).store]).toEqual([2, 'lost'])
  events.storeRecovered('a')
  expect(await failing()).toBe(1)
  events.unloaded('b')
  expect([await failing(), (await observers.health.readiness()).store]).toEqual([0, 'ok'])
})

test('refusals are counted by their kind, wherever they happen', async () => {
  const observers = observersOf(() => Promise.resolve(new MemoryStore()))
  roomsEvents(observers).refused('d', 'read-only', 'ada', 'text')
  tierEvents(observers).refused('d', 'read-only', 'detail')
  tierEvents(observers).turnedAway('/sync/d?token=secret', 403, 'detail')
  roomsEvents(observers).compactionFailed('d', new Error('full'))
  const text = await observers.metrics.read()
  expect(text).toContain('weft_refusals_total{kind="read-only"} 2\n')
  expect(text).toContain('weft_upgrades_refused_total{status="403"} 1\n')
  expect(text).toContain('weft_compactions_total{outcome="failed"} 1\n')
  expect(observers.captured.text).not.toContain('secret')
})

test('what nodes mend is an incident, and what the relay missed is not', async () => {
  const observers = observersOf(() => Promise.resolve(new MemoryStore()))
  const events = roomsEvents(observers)
  events.logRepaired('d', { kind: 'log-lost', bytes: 12 })
  events.relayMissed('d')
  events.logUnreadable('d', new Error('broken'))
  events.waitingLetGo('d')
  const text = await observers.metrics.read()
  expect(text).toContain('weft_incidents_total{kind="log-lost"} 1\n')
  expect(text).toContain('weft_incidents_total{kind="waiting-let-go"} 1\n')
  expect(text).toContain('weft_relay_gaps_total 1\n')
  expect(observers.captured.lines).toMatchObject([
    { level: 'error', event: 'log-repaired', document: 'd', kind: 'log-lost', bytes: 12 },
    { level: 'debug', event: 'relay-missed', document: 'd' },
    { level: 'error', event: 'log-unreadable', document: 'd' },
    { level: 'error', event: 'waiting-let-go', document: 'd' },
  ])
})

test('while the store is waited for, whoever comes in vain is no news; what else is refused is', async () => {
  const observers = observersOf(() => Promise.reject(away))
  await observers.opening.begun()
  const request = { id: '1', method: 'GET', path: '/' }
  requestReport(observers)(away, request)
  requestReport(observers)(new Error('unknown'), request)
  tierEvents(observers).refused('d', 'store-unavailable', 'detail')
  tierEvents(observers).refused('d', 'malformed', 'detail')
  expect(observers.captured.lines.map(({ level, event }) => [level, event])).toEqual([
    ['debug', 'request-failed'],
    ['error', 'request-failed'],
    ['debug', 'connection-refused'],
    ['warn', 'connection-refused'],
  ])
})

test('once it was there, a store that is away is news', async () => {
  const observers = observersOf(() => Promise.resolve(new MemoryStore()))
  await observers.opening.begun()
  requestReport(observers)(away, { id: '1', method: 'GET', path: '/' })
  tierEvents(observers).refused('d', 'store-unavailable', 'detail')
  expect(observers.captured.lines.map(({ level }) => level)).toEqual(['error', 'warn'])
})
