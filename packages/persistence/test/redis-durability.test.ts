import { expect, test } from 'vitest'
import { append, begin, entry, textsOf } from '../src/contract/with-store.ts'
import { StoreConfigurationError, StoreUnavailableError } from '../src/errors.ts'
import { ReplicaLane } from '../src/redis/append-lane.ts'
import { RedisConnection } from '../src/redis/redis-connection.ts'
import { type RedisStoreOptions, openRedisStore } from '../src/redis/redis-store.ts'
import { parseRedisUrl } from '../src/redis/redis-url.ts'
import { checkServer } from '../src/redis/server-checks.ts'
import { redisScript } from '../src/redis/scripts/redis-script.ts'
import { RedisServer, durableSettings } from './redis-server.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { untilAvailable } from './until-available.ts'

const fsync: RedisStoreOptions = { node: 'node-a', durability: 'fsync' }
const memory: RedisStoreOptions = { node: 'node-a', durability: 'memory' }

async function refusal(server: RedisServer, options: RedisStoreOptions, url = server.url): Promise<string> {
  const opened = openRedisStore(url, options)
  await expect(opened).rejects.toThrow(StoreConfigurationError)
  return opened.then(
    () => '',
    (error: unknown) => String(error),
  )
}

test('L1: fsync is refused where Redis does not sync before it answers, and the text says what to set', async () => {
  await using server = await RedisServer.start()
  expect(await refusal(server, fsync)).toContain('set appendonly to yes (it is no), or give --durability memory')
  await server.client.config('SET', 'appendonly', 'yes')
  expect(await refusal(server, fsync)).toContain('set appendfsync to always (it is everysec)')
  await server.client.config('SET', 'appendfsync', 'always')
  await server.client.config('SET', 'no-appendfsync-on-rewrite', 'yes')
  expect(await refusal(server, fsync)).toContain('set no-appendfsync-on-rewrite to no (it is yes)')
  await server.client.config('SET', 'no-appendfsync-on-rewrite', 'no')
  await (await openRedisStore(server.url, fsync)).close()
})

test('L1: a Redis that evicts is refused at every level', async () => {
  await using server = await RedisServer.start('--maxmemory-policy', 'allkeys-lru')
  expect(await refusal(server, memory)).toContain('set maxmemory-policy to noeviction (it is allkeys-lru)')
})

test('L1: settings are looked at again after every reconnect, and what is claimed no more is not claimed', async () => {
  await using server = await RedisServer.start(...durableSettings)
  const store = await openRedisStore(server.url, fsync)
  const epoch = await begin(store, 'a')
  await server.client.config('SET', 'appendfsync', 'everysec')
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  const texts: string[] = []
  while (!texts.some((text) => text.includes('set appendfsync to always'))) {
    const asked = append(store, 'a', epoch, 'unsaved')
    await expect(asked).rejects.toThrow(StoreUnavailableError)
    texts.push(await asked.then(() => '', String))
  }
  await server.client.config('SET', 'appendfsync', 'always')
  await untilAvailable(() => append(store, 'a', epoch, 'saved'))
  expect(textsOf(await store.log.load('a'))).toEqual(['saved'])
  await store.close()
})

test('L1: a managed Redis without CONFIG is refused for fsync, unless the operator answers for it', async () => {
  await using server = await RedisServer.start(...durableSettings)
  await server.client.call('ACL', 'SETUSER', 'weft', 'on', '>secret', '~*', '&*', '+@all', '-config')
  const url = `redis://weft:secret@127.0.0.1:${server.port}`
  expect(await refusal(server, fsync, url)).toMatch(
    /does not let Weft look .* allow CONFIG GET, or, .* --redis-settings assumed/,
  )
  await (await openRedisStore(url, memory)).close()
  await (await openRedisStore(url, { ...fsync, assumeConfigured: true })).close()
  // What INFO tells anyone is believed all the same.
  await using forgetful = await RedisServer.start()
  expect(await refusal(forgetful, { ...fsync, assumeConfigured: true })).toContain('set appendonly to yes')
})

test('a replica, and a URL of another kind than the server, are refused in so many words', async () => {
  await using server = await RedisServer.start()
  await using replica = await RedisServer.start('--replicaof', '127.0.0.1', String(server.port))
  expect(await refusal(replica, memory)).toContain('this Redis is a replica and takes no writes: give Weft the master')
  expect(await refusal(server, memory, server.url.replace('redis:', 'redis+cluster:'))).toContain(
    'no part of a Cluster',
  )
  await using part = await RedisServer.start('--cluster-enabled', 'yes')
  expect(await refusal(part, memory)).toContain('name it by redis+cluster://')
  expect(await refusal(part, memory, part.url.replace('redis:', 'redis+cluster:'))).toContain('has no slots')
})

test('a replica that Sentinels or a Cluster still call master is an outage, not a wrong configuration', async () => {
  await using server = await RedisServer.start()
  await using replica = await RedisServer.start('--replicaof', '127.0.0.1', String(server.port))
  const checks = { durability: { level: 'memory' }, assumeConfigured: false } as const
  const checked = checkServer(replica.client, { ...checks, kind: 'sentinel' })
  await expect(checked).rejects.toThrow(StoreUnavailableError)
  await expect(checkServer(replica.client, { ...checks, kind: 'standalone' })).rejects.toThrow(StoreConfigurationError)
})

test('L1: replicas:1 calls an append saved once a replica has it, and not before', { timeout: 30_000 }, async () => {
  await using server = await RedisServer.start()
  const options: RedisStoreOptions = { node: 'node-a', durability: 'replicas:1' }
  const opened = openRedisStore(server.url, options)
  await expect(opened).rejects.toThrow(StoreUnavailableError)
  await expect(opened).rejects.toThrow('has 0 replicas, and replicas:1 would never call anything saved')
  await using replica = await RedisServer.start('--replicaof', '127.0.0.1', String(server.port))
  await untilReplicated(server)
  const store = await openRedisStore(server.url, options)
  expect(store.caveats).toEqual([])
  const epoch = await begin(store, 'a')
  await Promise.all(Array.from({ length: 50 }, (_, index) => append(store, 'a', epoch, `${index}`)))
  expect(await replica.client.xlen('weft:{a}:log')).toBe(50)

  replica.pause()
  let saved = 0
  const asked = ['x', 'y'].map(async (text) => {
    await append(store, 'a', epoch, text)
    saved++
  })
  // Redis has them, and answers that it waits in vain: more than once, before the replica goes on.
  while ((await server.client.xlen('weft:{a}:log')) < 52) await store.check()
  await waitCalls(server, 2)
  const third = append(store, 'a', epoch, 'z')
  await waitCalls(server, 2)
  expect(saved).toBe(0)
  replica.resume()
  await Promise.all([...asked, third])
  expect(await replica.client.xlen('weft:{a}:log')).toBe(53)

  // A refusal waits for no replica, and a lost connection leaves what it carried in doubt.
  await store.catalog.delete('a', 2)
  await expect(append(store, 'a', epoch, 'late')).rejects.toThrow('was deleted')
  const other = await begin(store, 'b')
  replica.pause()
  const doubtful = append(store, 'b', other, 'one')
  const cut = waitCalls(server, 1).then(() => server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))
  await expect(doubtful).rejects.toThrow(StoreUnavailableError)
  await cut
  replica.resume()
  await store.close()
})

test('L1: replicas that stay away are told as an outage, and the repeated append is saved once they are back', async () => {
  await using server = await RedisServer.start()
  await using replica = await RedisServer.start('--replicaof', '127.0.0.1', String(server.port))
  while (!(await server.client.info('replication')).includes('state=online')) await server.client.ping()
  const store = await openRedisStore(server.url, { node: 'node-a', durability: 'replicas:1' })
  const epoch = await begin(store, 'a')
  const request = { epoch, token: 'again', entries: [entry('one')] }
  replica.pause()
  await expect(store.log.append('a', request)).rejects.toThrow(
    'fewer than 1 replicas of Redis have what was appended: bring them back, or ask for fewer',
  )
  replica.resume()
  expect(await store.log.append('a', request)).toMatchObject({ first: 1, last: 1 })
  expect(await replica.client.xlen('weft:{a}:log')).toBe(1)
  await store.close()
})

test('L1: a replica that nothing waits for is told of, since a failover to it may lose what was saved', async () => {
  await using server = await RedisServer.start()
  await using one = await RedisServer.start('--replicaof', '127.0.0.1', String(server.port))
  await using two = await RedisServer.start('--replicaof', '127.0.0.1', String(server.port))
  while (!(await server.client.info('replication')).includes('connected_slaves:2')) await server.client.ping()
  expect(one.port).not.toBe(two.port)
  const store = await openRedisStore(server.url, { node: 'node-a', durability: 'replicas:1' })
  expect(store.caveats).toEqual([
    'the Redis master has 2 replicas, and --durability replicas:1 waits for 1 of them: a failover to another one may ' +
      'lose saved edits; replicas:2 would not',
  ])
  await store.close()
})

test('L1: what a lost connection wrote is not saved by a WAIT on the next one', { timeout: 30_000 }, async () => {
  await using server = await RedisServer.start()
  await using replica = await RedisServer.start('--replicaof', '127.0.0.1', String(server.port))
  await untilReplicated(server)
  await using proxy = await TcpProxy.start(server.port)
  const location = parseRedisUrl(proxy.url)
  const connection = new RedisConnection({ location, name: 'lane', check: () => Promise.resolve() })
  const lane = new ReplicaLane(connection, 1)
  const script = redisScript(`redis.call('SET', KEYS[1], ARGV[1])`)
  await connection.run(script, ['known'], ['from now on'])
  replica.pause()
  // The large one is still on its way when the small one is answered; then the connection is lost under both.
  const cut = (): boolean => {
    proxy.cut()
    return true
  }
  const outcomes = await Promise.allSettled([
    lane.run({ script, keys: ['small'], args: ['x'], asking: false, wrote: cut }),
    lane.run({ script, keys: ['large'], args: [Buffer.alloc(16 * 1024 * 1024)], asking: false, wrote: () => true }),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await server.client.get('small')).toBe('x')
  replica.resume()
  lane.close()
})

async function untilReplicated(server: RedisServer): Promise<void> {
  while (!(await server.client.info('replication')).includes('state=online')) await server.client.ping()
}

/** Waits until Redis has answered so many more WAITs. */
async function waitCalls(server: RedisServer, more: number): Promise<void> {
  const count = async (): Promise<number> => {
    const [, calls = '0'] = /cmdstat_wait:calls=(\d+)/.exec(await server.client.info('commandstats')) ?? []
    return Number(calls)
  }
  const goal = (await count()) + more
  while ((await count()) < goal) await server.client.ping()
}
