import { MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { beforeEach, expect, it } from 'vitest'
import { DocumentSizes } from '../src/document-sizes.ts'
import { FakeSurroundings } from './support/fake-surroundings.ts'

const hour = 3_600_000
const id = 'team-a/plan'

let store: MemoryStore
let surroundings: FakeSurroundings
let sizes: DocumentSizes
let failures: unknown[]

beforeEach(async () => {
  store = new MemoryStore()
  surroundings = new FakeSurroundings()
  failures = []
  sizes = new DocumentSizes({ store: () => store, surroundings, failed: (_document, error) => failures.push(error) })
  await create()
})

const create = (): Promise<unknown> => store.catalog.create({ id, title: '', createdBy: 'ada', at: surroundings.now() })

async function append(count: number): Promise<void> {
  const { head } = await store.log.load(id)
  for (let i = 0; i < count; i++) {
    const entries = [{ update: Buffer.from('0000', 'hex'), actor: 'ada', at: surroundings.now() }]
    await store.log.append(id, { epoch: head.epoch, token: surroundings.randomId(), entries })
  }
}

/** Lets samples that are due be taken. */
async function taken(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const kept = async (): Promise<number> => (await store.collections.list(`sizes/${id}`, { limit: 1_000 })).length

it('one sample is kept for each hour in which a document is open, however often it is looked at', async () => {
  sizes.opened(id)
  for (let passed = 0; passed < 3; passed++) {
    await append(2)
    for (let half = 0; half < 2; half++) {
      surroundings.advance(hour / 2)
      await taken()
    }
  }
  const listed = await sizes.list(id)
  expect(await kept()).toBe(listed.length - 1)
  expect(listed.length).toBeLessThanOrEqual(5)
  expect(listed.at(-1)).toMatchObject({ at: surroundings.now(), entries: 6, checkpointAt: undefined })
  expect(listed.map(({ entries }) => entries)).toEqual(listed.map(({ entries }) => entries).toSorted((a, b) => a - b))
  sizes.unloaded(id)
  await taken()
  const before = await kept()
  surroundings.advance(5 * hour)
  await taken()
  expect(await kept()).toBe(before)
  expect(surroundings.timers).toBe(0)
})

it('a checkpoint shortens the log, and its age is told from then on', async () => {
  sizes.opened(id)
  await append(5)
  sizes.compacted(id, 5)
  await taken()
  const made = surroundings.now()
  await append(2)
  surroundings.advance(2 * hour)
  await taken()
  expect((await sizes.list(id)).map(({ entries, checkpointAt }) => [entries, checkpointAt])).toContainEqual([0, made])
  expect((await sizes.list(id)).at(-1)).toMatchObject({ entries: 2, checkpointAt: made })
})

it('samples are kept for 30 days', async () => {
  sizes.opened(id)
  for (let day = 0; day < 40; day++) {
    surroundings.advance(24 * hour)
    await taken()
  }
  const oldest = (await sizes.list(id))[0]?.at ?? 0
  expect(surroundings.now() - oldest).toBeLessThanOrEqual(30 * 24 * hour)
  expect(await kept()).toBeLessThanOrEqual(721)
})

it('they are erased with their document, and one made anew has none of them', async () => {
  await append(3)
  sizes.unloaded(id)
  await taken()
  expect(await kept()).toBe(1)
  await store.catalog.delete(id, surroundings.now())
  expect(await sizes.list(id)).toEqual([])
  sizes.unloaded(id)
  await taken()
  await sizes.erase(id)
  expect([await kept(), failures]).toEqual([0, []])
})

it('with the store away nothing fails but the sample', async () => {
  const away = (): never => {
    throw new StoreUnavailableError('away')
  }
  const unmeasured = new DocumentSizes({
    store: away,
    surroundings,
    failed: (_document, error) => failures.push(error),
  })
  unmeasured.unloaded(id)
  await taken()
  await unmeasured.erase(id)
  expect(failures).toHaveLength(2)
  await unmeasured.close()
})

it('S3: a document that was still being loaded when the server went down does not keep the process', async () => {
  await sizes.close()
  sizes.opened(id)
  expect(surroundings.timers).toBe(0)
})
