import { MemoryStore, type Store, StoreUnavailableError } from '@weft/persistence'
import { expect, test } from 'vitest'
import type { NodeRole } from '../src/config/settings.ts'
import { Health } from '../src/health.ts'
import { StoreOpening } from '../src/store-opening.ts'
import { FakeSurroundings } from './support/fake-surroundings.ts'

const { log, catalog, changes, files, revocations, collections } = new MemoryStore()

/** A node's health over a store whose answers are the test's. */
async function healthOver(
  role: NodeRole,
  check: () => Promise<void>,
  shared = true,
): Promise<{ health: Health; surroundings: FakeSurroundings }> {
  const surroundings = new FakeSurroundings()
  let opened = false
  const store: Store = {
    log,
    catalog,
    files,
    changes,
    revocations,
    collections,
    // It answered when it was opened.
    check: () => {
      if (opened) return check()
      opened = true
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
  const open = (): Promise<Store> => Promise.resolve(store)
  const opening = new StoreOpening({ open, patient: shared, surroundings, waiting: () => {} })
  await opening.begun()
  return { health: new Health({ role, opening, shared, surroundings }), surroundings }
}

const lost = (): Promise<void> => Promise.reject(new StoreUnavailableError('gone'))

test('a lost store leaves a node ready that may hold unsaved edits, and not an edge', async () => {
  for (const [role, ready] of [
    ['all', true],
    ['sync', true],
    ['edge', false],
  ] as const) {
    const { health } = await healthOver(role, lost)
    expect(await health.readiness(), role).toEqual({ ready, store: 'lost', draining: false })
    const sound = await healthOver(role, () => Promise.resolve())
    expect(await sound.health.readiness()).toEqual({ ready: true, store: 'ok', draining: false })
    sound.health.draining = true
    expect(await sound.health.readiness()).toEqual({ ready: false, store: 'ok', draining: true })
  }
})

test('a store that does not take a document is lost, whatever else it answers', async () => {
  const { health } = await healthOver('all', () => Promise.resolve())
  health.failing.add('d')
  expect(await health.readiness()).toMatchObject({ ready: true, store: 'lost' })
})

test('a store that says nothing is lost after half a second, and is asked once however many want to know', async () => {
  let asked = 0
  const { health, surroundings } = await healthOver('edge', () => {
    asked++
    return new Promise(() => {})
  })
  const answers = [health.readiness(), health.readiness()]
  surroundings.advance(500)
  expect(await Promise.all(answers)).toMatchObject([{ store: 'lost' }, { store: 'lost' }])
  expect(asked).toBe(1)
})

test('a store of this process is not asked: it fails where it is used', async () => {
  const { health } = await healthOver('all', lost, false)
  expect(await health.readiness()).toMatchObject({ store: 'ok' })
})
