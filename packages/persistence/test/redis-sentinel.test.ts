import { expect, test } from 'vitest'
import { HearingListener } from '../src/contract/relay-fixture.ts'
import { append, begin, textsOf } from '../src/contract/with-store.ts'
import { StoreConfigurationError, StoreUnavailableError } from '../src/errors.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'
import { RedisServer, durableSettings } from './redis-server.ts'
import { startSentinel } from './sentinel.ts'
import { untilAvailable } from './until-available.ts'

test('L1: a store found by Sentinels follows a failover, and fsync is refused there', { timeout: 60_000 }, async () => {
  await using master = await RedisServer.start()
  await using replica = await RedisServer.start('--replicaof', '127.0.0.1', String(master.port))
  while (!(await master.client.info('replication')).includes('state=online')) await master.client.ping()
  await using sentinel = await startSentinel(master)
  const url = `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/main`
  const options = { node: 'node-a', durability: 'memory' }
  // The Sentinel has to have found the replica before it can put it in the master's place.
  while (!String(await sentinel.client.call('SENTINEL', 'REPLICAS', 'main')).includes(String(replica.port))) {
    await sentinel.client.ping()
  }
  const refused = openRedisStore(url, { ...options, durability: 'fsync' })
  await expect(refused).rejects.toThrow(StoreConfigurationError)
  await expect(refused).rejects.toThrow('fsync does not survive a failover')

  const store = await openRedisStore(url, options)
  const epoch = await begin(store, 'a')
  const listener = new HearingListener()
  await store.relay.subscribe('a', listener)
  await append(store, 'a', epoch, 'before')
  while ((await replica.client.xlen('weft:{a}:log')) < 1) await replica.client.ping()
  await master.kill()
  await expect(append(store, 'a', epoch, 'during')).rejects.toThrow(StoreUnavailableError)
  const { tip } = await untilAvailable(() => append(store, 'a', epoch, 'after'))
  expect(textsOf(await store.log.load('a'))).toEqual(['before', 'after'])
  await listener.until(() => listener.resumptions > 0)
  expect((await store.log.heads(['a']))[0]?.tip).toBe(tip)
  await append(store, 'a', epoch, 'heard')
  await listener.until(() => listener.texts.includes('heard'))
  await store.close()
})

test('L1: fsync is refused by the URL of Sentinels alone, whether they are there or not', async () => {
  const opened = openRedisStore('redis+sentinel://127.0.0.1:1/main', { node: 'node-a', durability: 'fsync' })
  await expect(opened).rejects.toThrow(StoreConfigurationError)
})

test('L1: fsync is refused for a Redis that Sentinels watch, though the URL names none', async () => {
  await using master = await RedisServer.start(...durableSettings)
  const fsync = { node: 'node-a', durability: 'fsync' }
  await (await openRedisStore(master.url, fsync)).close()
  await using sentinel = await startSentinel(master)
  while (!String(await master.client.pubsub('NUMSUB', '__sentinel__:hello')).endsWith(',1'))
    await sentinel.client.ping()
  const opened = openRedisStore(master.url, fsync)
  await expect(opened).rejects.toThrow(StoreConfigurationError)
  await expect(opened).rejects.toThrow(/watched by Sentinels.*--durability replicas:<n>/)
  await (await openRedisStore(master.url, { ...fsync, durability: 'memory' })).close()
})
