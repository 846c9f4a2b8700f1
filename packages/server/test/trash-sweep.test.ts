import { MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { expect, test } from 'vitest'
import { TrashSweep } from '../src/trash-sweep.ts'
import { ManualClock } from './support/manual-clock.ts'
import { settled } from './support/scripted-log.ts'

test('L5: what has been in the trash for too long is erased, by one of several nodes, and nothing else', async () => {
  const clock = new ManualClock()
  const { catalog } = new MemoryStore()
  const start = clock.now()
  for (const [id, at] of [
    ['old', 0],
    ['restored', 0],
    ['young', 500],
  ] as const) {
    await catalog.create({ id, title: '', createdBy: 'x', at: start })
    await catalog.trash(id, start + at)
  }
  await catalog.restore('restored')
  const erased: string[] = []
  const failures: unknown[] = []
  let away = true
  const listTrash: typeof catalog.listTrash = (listing) =>
    away ? Promise.reject(new StoreUnavailableError('away')) : catalog.listTrash(listing)
  const sweepOf = (): TrashSweep =>
    new TrashSweep({
      catalog: { listTrash, delete: (...args) => catalog.delete(...args) },
      surroundings: clock,
      retention: 1000,
      interval: 600,
      erased: (document) => erased.push(document),
      failed: (error) => failures.push(error),
    })
  const first = sweepOf()
  clock.advance(600)
  await settled()
  expect([erased, failures.length]).toEqual([[], 1])
  away = false
  clock.advance(600)
  await settled()
  expect(erased).toEqual(['old'])
  expect(await catalog.get('restored')).toMatchObject({ id: 'restored' })
  expect((await catalog.listTrash({ limit: 9 })).documents).toMatchObject([{ id: 'young' }])
  await first.end()
  clock.advance(6000)
  await settled()
  expect(erased).toEqual(['old'])
})
