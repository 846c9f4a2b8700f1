import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { append, begin, checkpointAt, entry } from '../src/contract/with-store.ts'
import type { DocumentOrder } from '../src/document-catalog.ts'
import { currentFormats } from '../src/formats.ts'
import { DocumentAccess } from '../src/redis/document-access.ts'
import { changeListed, seeListed } from '../src/redis/listing-changes.ts'
import { bucketNumberOf } from '../src/redis/listing-places.ts'
import { RedisConnection } from '../src/redis/redis-connection.ts'
import { type RedisStore, openRedisStore } from '../src/redis/redis-store.ts'
import { parseRedisUrl } from '../src/redis/redis-url.ts'
import { singleRoute } from '../src/redis/routes.ts'
import { directLane } from '../src/redis/append-lane.ts'
import { RedisServer } from './redis-server.ts'

const orders: readonly DocumentOrder[] = ['updated', 'name', 'created']

let server: RedisServer
let store: RedisStore
let other: RedisStore

beforeAll(async () => {
  server = await RedisServer.start('--maxmemory-policy', 'noeviction')
})
afterAll(() => server[Symbol.asyncDispose]())

beforeEach(async () => {
  await server.client.flushall()
  store = await openRedisStore(server.url, { node: 'node-a', durability: 'memory' })
  other = await openRedisStore(server.url, { node: 'node-b', durability: 'memory' })
})
afterEach(() => Promise.all([store.close(), other.close()]))

test('E3: a page costs two commands, however many documents it shows', async () => {
  for (let index = 0; index < 120; index++) await begin(store, `team/${index}`, index)
  for (const order of orders) {
    for (const limit of [10, 100]) {
      // A first one makes the scripts known to Redis.
      await store.catalog.list({ order, limit, prefix: 'team/' })
      const asked = await commandsOf(async () => {
        const { documents } = await store.catalog.list({ order, limit, prefix: 'team/' })
        expect(documents).toHaveLength(limit)
      })
      expect(asked).toEqual(['EVALSHA', 'EVALSHA'])
    }
  }
})

test('E3: pages are whole and in order where one bucket holds most of a folder', async () => {
  const crowded: string[] = []
  for (let index = 0; crowded.length < 60; index++) {
    if (bucketNumberOf(`team/${index}`) === 3) crowded.push(`team/${index}`)
  }
  const ids = [...crowded, 'team/a', 'team/b', 'team/c']
  for (const [index, id] of ids.entries()) await begin(store, id, index)
  for (const limit of [1, 7, 30]) {
    expect(await idsOf('created', limit)).toEqual(ids.toReversed())
    expect(await idsOf('name', limit)).toEqual(ids.toSorted())
  }
})

test('E3: what a page says of a document is what the document says, through all that may happen to it', async () => {
  const epoch = await begin(store, 'team/a', 1)
  await store.log.append('team/a', { epoch, token: 't', entries: [entry('x'.repeat(5_000), 7)] })
  const sees = async (): Promise<void> => {
    const page = await store.catalog.list({ order: 'name', limit: 5 })
    expect(page.documents).toEqual([await store.catalog.get('team/a')].filter((found) => found !== undefined))
  }
  await sees()
  const { head } = await store.log.load('team/a')
  await store.log.replaceCheckpoint('team/a', checkpointAt(head, 'small'), undefined)
  await sees()
  await store.catalog.setTitle('team/a', 'Grüße\n"✎" \u{d800}', 3)
  await sees()
  await store.catalog.trash('team/a', 20)
  await sees()
  await store.catalog.restore('team/a')
  await sees()
  expect((await store.catalog.listTrash({ limit: 5 })).documents).toEqual([])
  await store.catalog.delete('team/a', 30)
  await sees()
  expect(await server.client.keys('weft:index:*:records')).toEqual([])
  await store.catalog.recreate({ id: 'team/a', title: 'anew', createdBy: 'bob', at: 40 })
  await sees()
  await store.rebuildIndex()
  await sees()
})

test('E3: nodes that change one document at once leave it listed as it is', { timeout: 60_000 }, async () => {
  await begin(store, 'a', 1)
  for (let round = 0; round < 30; round++) {
    await Promise.all([
      store.catalog.setTitle('a', `one ${round}`, 5),
      other.catalog.setTitle('a', `two ${round}`, 5),
      store.catalog.setTitle('a', 'both', 5),
    ])
    const { documents } = await other.catalog.list({ order: 'name', limit: 1 })
    expect(documents).toEqual([await store.catalog.get('a')])
  }
})

test.each([
  ['another title', (): Promise<unknown> => other.catalog.setTitle('a', 'new', 1)],
  [
    'another title and the old one again',
    async (): Promise<void> => {
      await other.catalog.setTitle('a', 'new', 1)
      await other.catalog.setTitle('a', 'title of a', 1)
    },
  ],
  ['the trash', (): Promise<unknown> => other.catalog.trash('a', 9)],
  [
    'the trash and back',
    async (): Promise<void> => {
      await other.catalog.trash('a', 9)
      await other.catalog.restore('a')
    },
  ],
  ['a later look', (): Promise<unknown> => other.rebuildIndex()],
  ['its end', (): Promise<unknown> => other.catalog.delete('a', 9)],
])('E3: what a slow node had found of a document is not listed after %s', async (_name, change) => {
  await begin(store, 'a', 1)
  await using slow = openAccess()
  const seen = (await seeListed(slow.access, ['a'])).get('a') ?? { feed: '', standing: '' }
  const found = {
    record: { id: 'a', title: 'stale', created: 1, createdBy: 'ada', updated: 1, bytes: 0 },
    trashed: undefined,
    facts: undefined,
  }
  await change()
  const before = await other.catalog.list({ order: 'name', limit: 1 })
  expect(await changeListed(slow.access, [{ id: 'a', seen, found, mark: undefined }], 'list')).toEqual(new Set(['a']))
  expect(await other.catalog.list({ order: 'name', limit: 1 })).toEqual(before)
})

test('E3: what a node that died did not come to is listed soon after the next page', async () => {
  await begin(store, 'a', 1)
  await server.client.hset('weft:{a}:meta', 'title', 'Changed')
  const marks = `weft:index:{${bucketNumberOf('a')}}:marks`
  await server.client.zadd(marks, 1, 'left a')
  const titles = async (): Promise<string[]> => {
    const { documents } = await other.catalog.list({ order: 'updated', limit: 5 })
    return documents.map(({ title }) => title)
  }
  await expect.poll(titles, { timeout: 30_000 }).toEqual(['Changed'])
  expect(await server.client.zscore(marks, 'left a')).toBeNull()
})

test('E3: nothing stays marked where nothing is left to be listed, however many changes are listed together', async () => {
  const ids = Array.from({ length: 50 }, (_, index) => `document-${index}`)
  const epochs = await Promise.all(ids.map((id) => begin(store, id)))
  await Promise.all(ids.map((id, index) => append(store, id, epochs[index] ?? '', 'x')))
  await store.catalog.list({ order: 'name', limit: 1 })
  expect(await server.client.keys('weft:index:*:marks')).toEqual([])
})

test('E3: a listing that an older version wrote, or that was damaged, is read from the documents and mended', async () => {
  for (const id of ['a', 'b', 'c']) await append(store, id, await begin(store, id, 1), 'x')
  const before = await store.catalog.list({ order: 'name', limit: 5 })
  const records = (id: string): string => `weft:index:{${bucketNumberOf(id)}}:records`
  await server.client.del(records('a'))
  await server.client.hset(records('b'), 'b', 'nonsense')
  // As if an older version had moved it, which does not know of records.
  const listed = (await server.client.hget(records('c'), 'c')) ?? ''
  await server.client.hset(records('c'), 'c', listed.replace(/^../, '00').replace('title of', 'old'))
  expect(await other.catalog.list({ order: 'name', limit: 5 })).toEqual(before)
  // The page before has them listed anew.
  await other.catalog.list({ order: 'name', limit: 5 })
  const asked = await commandsOf(async () => {
    expect(await store.catalog.list({ order: 'name', limit: 5 })).toEqual(before)
  })
  expect(asked).toEqual(['EVALSHA', 'EVALSHA'])
})

/** The commands that Redis is asked for meanwhile, but those that scripts run. */
async function commandsOf(work: () => Promise<void>): Promise<string[]> {
  const monitor = await server.client.monitor()
  const asked: string[] = []
  const end = Promise.withResolvers<void>()
  monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
    if (command === 'echo') end.resolve()
    else if (source !== 'lua') asked.push(command)
  })
  try {
    await work()
    await server.client.echo('end')
    await end.promise
  } finally {
    monitor.disconnect()
  }
  return asked
}

async function idsOf(order: DocumentOrder, limit: number): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.catalog.list({
      order,
      limit,
      prefix: 'team/',
      ...(cursor === undefined ? {} : { cursor }),
    })
    ids.push(...page.documents.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== undefined)
  return ids
}

/** What a node has of Redis. */
function openAccess(): { readonly access: DocumentAccess; [Symbol.asyncDispose](): Promise<void> } {
  const commands = new RedisConnection({
    location: parseRedisUrl(server.url),
    name: 'slow',
    check: () => Promise.resolve(),
  })
  const routes = singleRoute(() => ({ name: '', address: undefined, commands, appends: directLane(commands) }))
  return {
    access: new DocumentAccess(routes, 'weft', currentFormats),
    [Symbol.asyncDispose]: async () => routes.close(),
  }
}
