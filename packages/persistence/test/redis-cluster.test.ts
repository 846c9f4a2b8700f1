import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { HearingListener } from '../src/contract/relay-fixture.ts'
import { append, begin, checkpointAt, entry, textsOf } from '../src/contract/with-store.ts'
import { StoreConfigurationError } from '../src/errors.ts'
import { hashSlot } from '../src/redis/hash-slot.ts'
import { type RedisStore, openRedisStore } from '../src/redis/redis-store.ts'
import { RedisCluster } from './redis-cluster.ts'
import type { RedisServer } from './redis-server.ts'
import { untilAvailable } from './until-available.ts'

let cluster: RedisCluster
let store: RedisStore
let other: RedisStore

beforeAll(async () => {
  cluster = await RedisCluster.start(true)
}, 60_000)
afterAll(() => cluster[Symbol.asyncDispose]())

beforeEach(async () => {
  await cluster.flush()
  store = await openRedisStore(cluster.url, { node: 'node-a', durability: 'memory' })
  other = await openRedisStore(cluster.url, { node: 'node-b', durability: 'replicas:1' })
})
afterEach(async () => {
  await Promise.all([store.close(), other.close()])
})

/** A slot on its way from one master to another. */
interface Migration {
  readonly slot: number
  readonly from: RedisServer
  readonly to: RedisServer
  /** Moves these keys, as redis-cli does one after the other. */
  move(...keys: readonly string[]): Promise<void>
  finish(): Promise<void>
}

async function migrate(document: string): Promise<Migration> {
  const slot = hashSlot(document)
  const from = cluster.ownerOf(slot)
  const to = cluster.masters.find((server) => server !== from) ?? from
  const idOf = async ({ client }: RedisServer): Promise<string> => String(await client.call('CLUSTER', 'MYID'))
  const [source, target] = await Promise.all([idOf(from), idOf(to)])
  await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source)
  await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target)
  return {
    slot,
    from,
    to,
    move: async (...keys) =>
      void (await from.client.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys)),
    finish: async () => {
      for (const { client } of [to, from, ...cluster.masters])
        await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', target)
    },
  }
}

/** Brings a slot back to where it was. */
async function bringBack({ slot, from, to }: Migration): Promise<void> {
  const keys = await to.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)
  const id = String(await from.client.call('CLUSTER', 'MYID'))
  await from.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await to.client.call('CLUSTER', 'MYID')))
  await to.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', id)
  if (Array.isArray(keys) && keys.length > 0) {
    await to.client.call('MIGRATE', '127.0.0.1', from.port, '', 0, 5_000, 'KEYS', ...keys.map(String))
  }
  for (const { client } of [from, to, ...cluster.masters]) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', id)
}

test('L1: appends go on while a document is moved to another master, and none is lost or doubled', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'before')
  const migration = await migrate('a')
  await append(store, 'a', epoch, 'still here')
  await migration.move('weft:{a}:head')
  // Half of it is there: nothing can be appended until the other half is.
  const between = append(store, 'a', epoch, 'between')
  await migration.move('weft:{a}:log')
  await expect(between).resolves.toMatchObject({ first: 3 })
  await append(other, 'a', epoch, 'asked for')
  expect(textsOf(await store.log.load('a'))).toEqual(['before', 'still here', 'between', 'asked for'])
  await migration.move('weft:{a}:meta')
  await migration.finish()
  await append(store, 'a', epoch, 'moved')
  await append(other, 'a', epoch, 'moved too')
  const { head, entries } = await other.log.load('a')
  expect(textsOf(await other.log.load('a')).slice(-2)).toEqual(['moved', 'moved too'])
  expect(entries).toHaveLength(6)
  expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)).toBe(true)
  await bringBack(migration)
  expect(textsOf(await store.log.load('a'))).toEqual(['state'])
})

test('L2: documents begin in a slot that is being moved, and are appended to there', async () => {
  const migration = await migrate('new')
  const epoch = await begin(store, 'new')
  await append(store, 'new', epoch, 'one')
  await append(other, 'new', epoch, 'two')
  expect(textsOf(await other.log.load('new'))).toEqual(['one', 'two'])
  expect(await store.catalog.get('new')).toMatchObject({ title: 'title of new' })
  await migration.finish()
  await append(store, 'new', epoch, 'three')
  expect(textsOf(await store.log.load('new'))).toEqual(['one', 'two', 'three'])
  await bringBack(migration)
})

test('X1: a subscription follows its document to another master, and says that it may have missed something', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'before')
  const listener = new HearingListener()
  await other.relay.subscribe('a', listener)
  const migration = await migrate('a')
  await migration.move('weft:{a}:head', 'weft:{a}:log', 'weft:{a}:meta')
  await migration.finish()
  await listener.until(() => listener.resumptions > 0)
  const { tip } = await append(store, 'a', epoch, 'after')
  await listener.until(() => listener.appends.some((heard) => heard.tip === tip))
  await store.relay.publish('a', Buffer.from('here'))
  await listener.until(() => listener.messages.length === 1)
  await bringBack(migration)
})

test('L1: fsync is refused where a replica would take over by itself', async () => {
  const opened = openRedisStore(cluster.url, { node: 'node-c', durability: 'fsync' })
  await expect(opened).rejects.toThrow(StoreConfigurationError)
  await expect(opened).rejects.toThrow(/fsync does not survive a failover.*replicas:<n>/)
})

test('L1: fsync is refused though the replicas are away at the moment: they may be back for the failover', async () => {
  await Promise.all(cluster.replicas.map((replica) => replica.kill()))
  await cluster.untilReplicated(0)
  const opened = openRedisStore(cluster.url, { node: 'node-c', durability: 'fsync' })
  await expect(opened).rejects.toThrow('in a Cluster a replica takes over by itself')
  await Promise.all(cluster.replicas.map((replica) => replica.restart()))
  await cluster.untilReplicated(1)
})

test('E3: heads and listings are gathered from all masters', async () => {
  const ids = Array.from({ length: 60 }, (_, index) => `team/${index}`)
  await Promise.all(ids.map((id, index) => begin(store, id, index)))
  const heads = await store.log.heads(ids)
  expect(heads.every((head) => head?.position === 0)).toBe(true)
  const { documents } = await store.catalog.list({ order: 'created', limit: 100, prefix: 'team/' })
  expect(documents.map(({ id }) => id)).toEqual(ids.toReversed())
  const keys = await Promise.all(cluster.masters.map(({ client }) => client.keys('weft:index:*')))
  for (const found of keys) expect(found.length).toBeGreaterThan(0)
  expect(await store.rebuildIndex()).toBe(ids.length)
})

// Last, because the Cluster is another one afterwards.
test(
  'L1: what replicas:1 called saved survives the loss of a master, and both nodes go on',
  { timeout: 60_000 },
  async () => {
    const lost = cluster.ownerOf(hashSlot('a'))
    const epoch = await begin(store, 'a')
    const listener = new HearingListener()
    await store.relay.subscribe('a', listener)
    const saved: string[] = []
    const write = async (count: number): Promise<void> => {
      const request = { epoch, token: `token ${count}`, entries: [entry(`${count}`)] }
      await untilAvailable(() => other.log.append('a', request))
      saved.push(`${count}`)
    }
    for (let count = 1; count <= 100; count++) await write(count)
    await lost.kill()
    // The replica that takes over has none of its own: nothing is called saved until the lost one is back as its replica.
    const waiting = write(101)
    await untilAvailable(() => store.log.load('a'))
    expect(saved).toHaveLength(100)
    await lost.restart()
    await waiting
    for (let count = 102; count <= 200; count++) await write(count)
    expect(textsOf(await store.log.load('a'))).toEqual(saved)
    await listener.until(() => listener.resumptions > 0)
    const { tip } = await append(store, 'a', epoch, 'after')
    await listener.until(() => listener.appends.some((heard) => heard.tip === tip))
  },
)
