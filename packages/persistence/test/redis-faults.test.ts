import { once } from 'node:events'
import { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { append, begin, checkpointAt, entry, textsOf } from '../src/contract/with-store.ts'
import type { AppendReceipt, AppendRequest } from '../src/document-log.ts'
import { CorruptRecordError, StoreConfigurationError, StoreUnavailableError } from '../src/errors.ts'
import { openStore } from '../src/open-store.ts'
import { keysOf } from '../src/redis/keys.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'
import { decodeRelayedAppend } from '../src/redis/relay-message.ts'
import { decodeEntry } from '../src/record.ts'
import type { Store } from '../src/store.ts'
import { RedisServer } from './redis-server.ts'
import { startReplySwallower } from './reply-swallower.ts'

/** As a room does: the same request, until the store is there to answer it. */
function repeat(store: Store, id: string, request: AppendRequest): Promise<AppendReceipt> {
  return vi.waitFor(() => store.log.append(id, request), { timeout: 10_000 })
}

async function refusal(url: string): Promise<Error> {
  const error = await openStore(url).catch((reason: unknown) => reason)
  if (!(error instanceof Error)) throw new Error('it was opened')
  return error
}

test('L1: an append whose reply was lost is there once, and its repeated token answers where', async () => {
  await using server = await RedisServer.start()
  await using proxy = await startReplySwallower(server.port)
  const store = await openRedisStore(proxy.url)
  const epoch = await begin(store, 'a')
  const request = { epoch, token: 'lost', entries: [entry('one'), entry('two')] }
  proxy.swallowNext()
  await expect(store.log.append('a', request)).rejects.toThrow(StoreUnavailableError)
  const receipt = await repeat(store, 'a', request)
  expect(receipt).toMatchObject({ first: 1, last: 2, previousTip: '' })
  expect(textsOf(await store.log.load('a'))).toEqual(['one', 'two'])
  await store.close()
})

test('L4: a checkpoint that is cut off after any of its steps loses nothing, and the next one clears up', async () => {
  await using server = await RedisServer.start()
  await using proxy = await startReplySwallower(server.port)
  const store = await openRedisStore(proxy.url)
  const epoch = await begin(store, 'a')
  // Enough for several steps of trimming.
  const texts = Array.from({ length: 1_200 }, (_, index) => `${index + 1}`)
  const outcomes = new Set<unknown>()
  for (let step = 0; step < 8; step++) {
    await append(store, 'a', epoch, ...texts)
    const loaded = await store.log.load('a')
    const before = textsOf(loaded)
    const made = checkpointAt(loaded.head, `state ${step}`, 'second chunk')
    proxy.swallowNext(step)
    outcomes.add(await store.log.replaceCheckpoint('a', made, loaded.checkpoint?.place.tip).catch(() => 'failed'))
    const after = textsOf(await vi.waitFor(() => store.log.load('a'), { timeout: 10_000 }))
    expect([before, [`state ${step}`, 'second chunk']]).toContainEqual(after)
  }
  expect(outcomes).toEqual(new Set(['failed', true]))
  proxy.swallowNext(1_000_000)
  const { head, checkpoint } = await store.log.load('a')
  expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'last'), checkpoint?.place.tip)).toBe(true)
  await server.ask(async (client) => {
    expect(await client.xlen(keysOf('weft', 'a').log)).toBe(0)
    // What was never finished goes by itself; what counts does not.
    const generations = await client.keys('weft:{a}:checkpoint:*')
    const lasting = await Promise.all(generations.map(async (key) => ((await client.ttl(key)) === -1 ? [key] : [])))
    expect(lasting.flat()).toEqual([`weft:{a}:checkpoint:${await client.hget(keysOf('weft', 'a').head, 'cp')}`])
  })
  await store.close()
})

test('L1: what was answered is there after kill -9 of Redis, and the store comes back by itself', async () => {
  await using server = await RedisServer.start()
  const store = await openRedisStore(server.url)
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  await server.kill()
  const request = { epoch, token: 'while away', entries: [entry('two')] }
  await expect(store.log.append('a', request)).rejects.toThrow(StoreUnavailableError)
  await expect(store.check()).rejects.toThrow(StoreUnavailableError)
  await server.restart()
  expect(await repeat(store, 'a', request)).toMatchObject({ first: 2 })
  expect(textsOf(await store.log.load('a'))).toEqual(['one', 'two'])
  await store.close()
})

test('L1: a Redis that comes back with other settings is asked for nothing until they are mended', async () => {
  await using server = await RedisServer.start()
  const store = await openRedisStore(server.url)
  const epoch = await begin(store, 'a')
  await server.ask((client) => client.config('SET', 'appendfsync', 'everysec'))
  await server.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))
  const request = { epoch, token: 't', entries: [entry('one')] }
  await vi.waitFor(async () => {
    const error = await store.log.append('a', request).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect(String(error)).toContain('appendfsync always')
  })
  await server.ask((client) => client.config('SET', 'appendfsync', 'always'))
  expect(await repeat(store, 'a', request)).toMatchObject({ first: 1 })
  await store.close()
})

test('L2: scripts that Redis forgot are loaded again', async () => {
  await using server = await RedisServer.start()
  const store = await openRedisStore(server.url)
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  await server.ask((client) => client.script('FLUSH'))
  await append(store, 'a', epoch, 'two')
  expect(textsOf(await store.log.load('a'))).toEqual(['one', 'two'])
  await store.close()
})

test('an append is one message on its document’s channel, with its place and its entries', async () => {
  await using server = await RedisServer.start()
  const store = await openRedisStore(server.url)
  const epoch = await begin(store, 'a')
  const { tip: previousTip } = await append(store, 'a', epoch, 'one')
  const subscriber = new Redis(server.url)
  await subscriber.ssubscribe(keysOf('weft', 'a').relay)
  const heard = once(subscriber, 'smessageBuffer')
  const { tip } = await append(store, 'a', epoch, 'two', 'three')
  const [, message] = await heard
  const relayed = Buffer.isBuffer(message) ? decodeRelayedAppend(message) : undefined
  expect(relayed).toMatchObject({ epoch, first: 2, last: 3, previousTip, tip })
  const entries = relayed?.records.map((record, index) => decodeEntry(record, 'a', 2 + index))
  expect(entries?.map(({ update }) => update.toString())).toEqual(['two', 'three'])
  subscriber.disconnect()
  await store.close()
})

test('a Redis that is out of memory says so, keeps what it has, and goes on when it has room', async () => {
  await using server = await RedisServer.start()
  const store = await openRedisStore(server.url)
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  await server.ask((client) => client.config('SET', 'maxmemory', '1mb'))
  const refused = append(store, 'a', epoch, 'two')
  await expect(refused).rejects.toThrow(StoreUnavailableError)
  await expect(refused).rejects.toThrow('raise maxmemory')
  expect(textsOf(await store.log.load('a'))).toEqual(['one'])
  // What frees memory is allowed.
  const { head } = await store.log.load('a')
  expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)).toBe(true)
  expect(textsOf(await store.log.load('a'))).toEqual(['state'])
  await store.catalog.delete('a', 2)
  await expect(store.log.load('a')).rejects.toThrow('was deleted')
  await server.ask((client) => client.config('SET', 'maxmemory', '0'))
  await append(store, 'b', await begin(store, 'b'), 'one')
  await store.close()
})

test('L8: a key of another type is an error that names the document, and nobody else’s is touched', async () => {
  await using server = await RedisServer.start()
  const store = await openRedisStore(server.url)
  const epoch = await begin(store, 'a')
  await begin(store, 'b')
  const { log, head } = keysOf('weft', 'a')
  await server.ask((client) => client.set(log, 'x'))
  await expect(append(store, 'a', epoch, 'one')).rejects.toThrow(CorruptRecordError)
  await expect(store.log.load('a')).rejects.toThrow(/document a.*another type/)
  // The script checked nothing away: the head is as it was.
  await server.ask((client) => client.del(log))
  expect((await store.log.load('a')).head).toEqual({ epoch, position: 0, tip: '' })
  await server.ask((client) => client.set(head, 'x'))
  await expect(append(store, 'a', epoch, 'one')).rejects.toThrow(CorruptRecordError)
  expect((await store.log.load('b')).head.position).toBe(0)
  await store.close()
})

test('L1: fsync is refused where Redis does not sync, and the error says what to set', async () => {
  const cases = [
    [['--appendonly', 'no'], 'appendonly yes'],
    [['--appendfsync', 'everysec'], 'appendfsync always'],
    [['--no-appendfsync-on-rewrite', 'yes'], 'no-appendfsync-on-rewrite no'],
    [['--maxmemory-policy', 'allkeys-lru'], 'maxmemory-policy noeviction'],
    [['--user', 'default', 'on', 'nopass', '~*', '&*', '+@all', '-config'], 'config|get'],
  ] as const
  for (const [settings, wanted] of cases) {
    await using server = await RedisServer.start(...settings)
    const error = await refusal(server.url)
    expect(error, wanted).toBeInstanceOf(StoreConfigurationError)
    expect(error.message).toContain(wanted)
    if (wanted.startsWith('maxmemory')) continue
    // At durability memory the same Redis will do.
    await (await openRedisStore(server.url, { durability: 'memory' })).close()
  }
})

test('a wrong password, a replica, and a Redis that is not there are refused in so many words', async () => {
  await using guarded = await RedisServer.start('--requirepass', 'right')
  const { port } = guarded
  for (const url of [`redis://127.0.0.1:${port}`, `redis://:wrong@127.0.0.1:${port}`]) {
    const error = await refusal(url)
    expect(error).toBeInstanceOf(StoreConfigurationError)
    expect(error.message).toContain('user name or password')
    expect(error.message).not.toContain('wrong')
  }
  await (await openStore(`redis://:right@127.0.0.1:${port}`)).close()
  await using replica = await RedisServer.start('--replicaof', '127.0.0.1', String(port), '--masterauth', 'right')
  const refused = await refusal(replica.url)
  expect(refused).toBeInstanceOf(StoreConfigurationError)
  expect(refused.message).toContain(`replica, which takes no writes: name its master, 127.0.0.1:${port}`)
  await guarded.kill()
  const away = await refusal(guarded.url)
  expect(away).toBeInstanceOf(StoreUnavailableError)
  expect(away.message).toContain('Redis cannot be reached: start it')
  for (const url of ['redis://', 'redis:x', 'redis://host/path', 'rediss:///0']) {
    expect(await refusal(url), url).toBeInstanceOf(StoreConfigurationError)
  }
})
