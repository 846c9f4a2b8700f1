import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { describeNodeRegistry, nodeNamed } from '../src/contract/node-registry-rules.ts'
import { StoreUnavailableError } from '../src/errors.ts'
import { hashSlot } from '../src/redis/hash-slot.ts'
import { openRedisStore, type RedisStore } from '../src/redis/redis-store.ts'
import { RedisCluster } from './redis-cluster.ts'
import { RedisServer } from './redis-server.ts'
import { untilAvailable } from './until-available.ts'

const key = 'weft:nodes'

let server: RedisServer
let cluster: RedisCluster
const open: RedisStore[] = []

beforeAll(async () => {
  server = await RedisServer.start()
  cluster = await RedisCluster.start(false)
}, 60_000)
afterAll(() => Promise.all([server[Symbol.asyncDispose](), cluster[Symbol.asyncDispose]()]))
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()))
  await server.client.flushall()
})

async function node(name: string, url = server.url): Promise<RedisStore> {
  const store = await openRedisStore(url, { node: name, durability: 'memory' })
  open.push(store)
  return store
}

/** Nobody sets the clock of a Redis: what it keeps is moved back instead. */
async function pass({ client }: RedisServer, milliseconds: number): Promise<void> {
  for (const [id, entry] of Object.entries(await client.hgetall(key))) {
    const [deadline = ''] = entry.split(' ')
    await client.hset(key, id, `${Number(deadline) - milliseconds}${entry.slice(deadline.length)}`)
  }
}

describeNodeRegistry({
  name: 'redis',
  create: async () => ({
    a: (await node('node-a')).nodes,
    b: (await node('node-b')).nodes,
    pass: (milliseconds) => pass(server, milliseconds),
    dispose: () => Promise.resolve(),
  }),
})

describeNodeRegistry({
  name: 'redis cluster',
  create: async () => ({
    a: (await node('node-a', cluster.url)).nodes,
    b: (await node('node-b', cluster.url)).nodes,
    pass: (milliseconds) => pass(cluster.ownerOf(hashSlot(key)), milliseconds),
    dispose: () => cluster.flush(),
  }),
})

test('a node counts by the clock of Redis, whatever its own says, and the last one leaves nothing behind', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(5)
  const { nodes } = await node('a')
  await nodes.announce(nodeNamed('a'), 60)
  vi.mocked(Date.now).mockReturnValue(5_000_000_000_000)
  expect(await nodes.list()).toHaveLength(1)
  vi.restoreAllMocks()
  while ((await nodes.list()).length > 0) await server.client.ping()
  while ((await server.client.exists(key)) > 0) await server.client.ping()
})

test('what others left under the key breaks nothing, is not listed, and is taken away where it is no entry', async () => {
  const { nodes } = await node('a')
  const later = Date.now() + 60_000
  const escape = '\u001B]0;title\u0007'
  const fine = nodeNamed('fine')
  for (const [id, entry] of [
    ['no time', JSON.stringify(nodeNamed('no time'))],
    ['no json', `${later} {`],
    ['no record', `${later} 7`],
    ['other name', `${later} ${JSON.stringify(nodeNamed('somebody'))}`],
    ['no host', `${later} ${JSON.stringify({ ...nodeNamed('no host'), host: 5 })}`],
    ['bad count', `${later} ${JSON.stringify(nodeNamed('bad count', { documents: -1 }))}`],
    ['never', `${later} ${JSON.stringify(nodeNamed('never', { since: Number.MAX_SAFE_INTEGER }))}`],
    ['no formats', `${later} ${JSON.stringify({ ...nodeNamed('no formats'), formats: [] })}`],
    ['terminal', `${later} ${JSON.stringify(nodeNamed('terminal', { host: escape }))}`],
    ['long', `${later} ${JSON.stringify(nodeNamed('long', { host: 'x'.repeat(256) }))}`],
    ['for ever', `99999999999999999999 ${JSON.stringify(nodeNamed('for ever'))}`],
    ['newer', `${later} ${JSON.stringify({ ...nodeNamed('newer'), role: 'archive', mood: 'good' })}`],
  ] as const) {
    await server.client.hset(key, id, entry)
  }
  expect(await nodes.announce(fine, 10_000)).toBeUndefined()
  expect(await nodes.list()).toEqual([fine, nodeNamed('newer', { role: 'archive' })])
  const left = await server.client.hkeys(key)
  expect(left).not.toContain('for ever')
  expect(left).not.toContain('no time')
  expect(await server.client.pttl(key)).toBeGreaterThan(10_000)
  expect(await nodes.announce(nodeNamed('no json'), 10_000)).toBeUndefined()
})

test('those whose time is over are taken away by the next who announces itself', async () => {
  const { nodes } = await node('a')
  await nodes.announce(nodeNamed('a'), 10_000)
  await nodes.announce(nodeNamed('b'), 60_000)
  await pass(server, 10_000)
  await nodes.list()
  expect(await server.client.hlen(key)).toBe(2)
  await nodes.announce(nodeNamed('b'), 60_000)
  expect(await server.client.hkeys(key)).toEqual(['b'])
})

test('a key of another type says which one it is', async () => {
  const { nodes } = await node('a')
  await server.client.set(key, 'theirs')
  for (const asked of [nodes.list(), nodes.announce(nodeNamed('a'), 10), nodes.withdraw('a')]) {
    await expect(asked).rejects.toThrow(StoreUnavailableError)
    await expect(asked).rejects.toThrow('the key weft:nodes is of another type')
  }
  expect(await server.client.get(key)).toBe('theirs')
})

test('a full Redis still says who is up', async () => {
  const { nodes } = await node('a')
  await server.client.config('SET', 'maxmemory', '1')
  await nodes.announce(nodeNamed('a'), 10_000)
  expect(await nodes.list()).toHaveLength(1)
  await server.client.config('SET', 'maxmemory', '0')
})

test('with Redis gone nobody can say anything; back, and empty, it takes the next heartbeat', async () => {
  const { nodes } = await node('a')
  await nodes.announce(nodeNamed('a'), 10_000)
  await server.kill()
  await expect(nodes.list()).rejects.toThrow(StoreUnavailableError)
  await expect(nodes.announce(nodeNamed('a'), 10_000)).rejects.toThrow(StoreUnavailableError)
  await server.restart()
  await untilAvailable(() => nodes.announce(nodeNamed('a'), 10_000))
  expect(await nodes.list()).toEqual([nodeNamed('a')])
})

test('a closed store has no nodes', async () => {
  const store = await node('a')
  await store.close()
  await expect(store.nodes.list()).rejects.toThrow(StoreUnavailableError)
  await expect(store.nodes.announce(nodeNamed('a'), 10_000)).rejects.toThrow(StoreUnavailableError)
})
