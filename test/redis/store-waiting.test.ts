/** Nodes that are started while their Redis is away: real processes, a real Redis. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'

/** A Redis that is not there yet: its port and its folder are kept for it. */
async function awayRedis(...settings: readonly string[]): Promise<RedisServer> {
  const redis = await RedisServer.start(...settings)
  await redis.kill()
  return redis
}

function count(server: ServerProcess, event: string): number {
  return server.log.filter((line) => line['event'] === event).length
}

test('a node started while Redis is away waits, unready, and goes on by itself', async () => {
  await using redis = await awayRedis(...durableSettings)
  await using server = await startServer({ store: redis.url })
  expect(await server.logged('store-waiting')).toMatchObject({
    level: 'warn',
    reason: expect.stringMatching(/Redis at 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/),
  })
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  const ready = await fetch(`${server.url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([503, { ready: false, store: 'waiting', draining: false }])
  const listing = await fetch(`${server.url}/api/v1/documents`)
  expect([listing.status, listing.headers.get('content-type')]).toEqual([503, 'application/problem+json'])
  expect(await listing.json()).toMatchObject({ type: '/problems/store-unavailable' })
  const refused = new WebSocket(`${server.webSocketUrl}/sync/d`)
  const [code, reason] = await once(refused, 'close')
  expect([code, String(reason)]).toEqual([1013, 'store-unavailable retry-after=1000'])

  // Somebody who came too early is let in without doing anything.
  using editor = new StockEditor(WebsocketProvider, server.webSocketUrl, 'd')
  editor.text.insert(0, 'written meanwhile')
  await editor.disconnected()
  expect(count(server, 'store-ready')).toBe(0)
  await redis.restart()
  await server.logged('store-ready')
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ready: true, store: 'ok', draining: false })
  await editor.synced()
  using other = new StockEditor(WebsocketProvider, server.webSocketUrl, 'd')
  await other.reads('written meanwhile')
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect([count(server, 'listening'), count(server, 'store-waiting'), count(server, 'store-ready')]).toEqual([1, 1, 1])
  expect(count(server, 'connection-refused') + count(server, 'request-failed')).toBe(0)
})

test('a node whose Redis takes connections and says nothing listens all the same', async () => {
  await using redis = await RedisServer.start(...durableSettings)
  redis.pause()
  await using server = await startServer({ store: redis.url })
  expect(await server.logged('store-waiting')).toMatchObject({ reason: 'the store has not answered yet' })
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
  redis.resume()
  await server.logged('store-ready')
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
})

test('S3: a node that waits for Redis and is asked to stop ends with 0', async () => {
  await using redis = await awayRedis()
  const sentinels = redis.url.replace('redis:', 'redis+sentinel:') + '/main'
  const cluster = redis.url.replace('redis:', 'redis+cluster:')
  for (const [store, ...args] of [
    [redis.url, '--role', 'all'],
    [redis.url, '--role', 'edge'],
    [redis.url, '--role', 'sync'],
    [sentinels, '--durability', 'memory'],
    [cluster, '--durability', 'replicas:1'],
  ] as const) {
    await using server = await startServer({ store, args })
    await server.logged('store-waiting')
    expect(await server.kill('SIGTERM'), store).toEqual({ code: 0, signal: null })
    expect(count(server, 'stopped')).toBe(1)
  }
})

test('L1: a Redis that comes and does not hold what the durability claims ends the node with 2', async () => {
  await using redis = await awayRedis()
  await using server = await startServer({ store: redis.url })
  await server.logged('store-waiting')
  const ended = server.logged('store-ready')
  await redis.restart()
  await expect(ended).rejects.toThrow(
    /ended with code 2 .*\nweft: Redis is not set up for the durability fsync: [^\n]*\n$/s,
  )
})

test('L1: a Redis that does not let anyone look is run on at fsync where the operator answers for it, and not else', async () => {
  await using redis = await RedisServer.start(...durableSettings)
  await redis.client.call('ACL', 'SETUSER', 'weft', 'on', '>secret', '~*', '&*', '+@all', '-config')
  const store = redis.url.replace('//', '//weft:secret@')
  await expect(startServer({ store })).rejects.toThrow(
    /ended with code 2 .*\nweft: [^\n]*allow CONFIG GET, or,[^\n]*--redis-settings assumed[^\n]*\n$/s,
  )
  await using server = await startServer({ store, args: ['--redis-settings', 'assumed'] })
  expect(await server.logged('listening')).toMatchObject({ store: redis.url, durability: 'fsync' })
})

test('a node says what it runs with, and where a failover may lose something', async () => {
  await using redis = await RedisServer.start()
  await using one = await RedisServer.start('--replicaof', '127.0.0.1', String(redis.port))
  await using two = await RedisServer.start('--replicaof', '127.0.0.1', String(redis.port))
  while (!(await redis.client.info('replication')).includes('connected_slaves:2')) await redis.client.ping()
  expect(one.port).not.toBe(two.port)
  const store = redis.url.replace('//', '//:@')
  const nodes = new Set<unknown>()
  for (const [durability, caveats] of [
    ['memory', 0],
    ['replicas:1', 1],
    ['replicas:2', 0],
  ] as const) {
    await using server = await startServer({ store, args: ['--durability', durability] })
    const line = await server.logged('listening')
    expect(line).toMatchObject({ store: redis.url, durability, role: 'all' })
    nodes.add(line['node'])
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(count(server, 'store-caveat')).toBe(caveats)
  }
  expect(nodes.size).toBe(3)
})
