import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisStore, openRedisStore } from '../src/redis/redis-store.ts'
import { RedisServer } from './redis-server.ts'

let server: RedisServer

beforeAll(async () => {
  server = await RedisServer.start('--maxmemory-policy', 'noeviction')
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => server.client.flushall())

const open = (): Promise<RedisStore> => openRedisStore(server.url, { node: 'node-a', durability: 'memory' })
const state = (): Promise<string | null> => server.client.get('weft:titles')

async function found({ catalog }: RedisStore): Promise<string[]> {
  return (await catalog.list({ order: 'name', limit: 10, q: 'may' })).documents.map(({ id }) => id)
}

/** Takes away what says and keeps the words of titles, as a store from before has it. */
async function forgetWords(): Promise<void> {
  const keys = await server.client.keys('weft:index:*')
  await server.client.del('weft:titles', ...keys.filter((key) => /:(words|titles)$/.test(key)))
}

test('E3: titles of a store from before their words were kept are found soon after it is opened, without being written', async () => {
  const before = await open()
  await before.catalog.create({ id: 'a', title: 'Minutes of May', createdBy: '', at: 1 })
  await before.catalog.create({ id: 'b', title: 'Thrown away in May', createdBy: '', at: 1 })
  await before.catalog.trash('b', 2)
  expect(await found(before)).toEqual(['a'])
  await before.close()
  await forgetWords()
  const store = await open()
  await expect.poll(() => found(store)).toEqual(['a'])
  await expect.poll(state).toBe('kept')
  await store.close()
})

test('that is done once: a store says that it has the words, a new one from its beginning', async () => {
  const store = await open()
  await expect.poll(state).toBe('kept')
  await store.catalog.create({ id: 'a', title: 'Minutes of May', createdBy: '', at: 1 })
  expect(await found(store)).toEqual(['a'])
  await store.close()
  expect(await server.client.pttl('weft:titles')).toBe(-1)
})

test('a node that dies while it does so leaves it to another one, later', async () => {
  const before = await open()
  await before.catalog.create({ id: 'a', title: 'Minutes of May', createdBy: '', at: 1 })
  await before.close()
  await forgetWords()
  // As the node that died left it.
  await server.client.set('weft:titles', 'begun', 'PX', 600_000)
  const other = await open()
  expect(await found(other)).toEqual([])
  await other.close()
  await server.client.del('weft:titles')
  const later = await open()
  await expect.poll(() => found(later)).toEqual(['a'])
  await later.close()
})
