import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeRelay } from '../src/contract/relay-rules.ts'
import { HearingListener } from '../src/contract/relay-fixture.ts'
import { append, begin } from '../src/contract/with-store.ts'
import { StoreUnavailableError } from '../src/errors.ts'
import { type RedisStore, openRedisStore } from '../src/redis/redis-store.ts'
import { RedisServer } from './redis-server.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { untilAvailable } from './until-available.ts'

let server: RedisServer
let proxy: TcpProxy
let a: RedisStore
let b: RedisStore

beforeAll(async () => {
  server = await RedisServer.start()
})
afterAll(() => server[Symbol.asyncDispose]())

beforeEach(async () => {
  await server.client.flushall()
  proxy = await TcpProxy.start(server.port)
  a = await openRedisStore(server.url, { node: 'node-a', durability: 'memory' })
  b = await openRedisStore(proxy.url, { node: 'node-b', durability: 'memory' })
})
afterEach(async () => {
  proxy.pass()
  await Promise.all([a.close(), b.close()])
  await proxy[Symbol.asyncDispose]()
})

describeRelay({
  name: 'redis',
  create: () =>
    Promise.resolve({
      a: { store: a, relay: a.relay },
      b: { store: b, relay: b.relay },
      deliver: () => {},
      whileDeaf: async (work) => {
        const swallowed = proxy.swallow('down')
        await work()
        await swallowed
        proxy.pass()
        proxy.cut()
      },
      dispose: () => Promise.resolve(),
    }),
})

test('X1: presence is kept nowhere', async () => {
  await begin(a, 'a')
  const listener = new HearingListener()
  await b.relay.subscribe('a', listener)
  const keys = (await server.client.keys('*')).sort()
  await a.relay.publish('a', Buffer.from('here'))
  await listener.until(() => listener.messages.length === 1)
  expect((await server.client.keys('*')).sort()).toEqual(keys)
})

test('X1: hundreds of lost subscriptions are taken up again, each with word of it', async () => {
  const ids = Array.from({ length: 300 }, (_, index) => `document-${index}`)
  const epochs = await Promise.all(ids.map((id) => begin(a, id)))
  const heard = await Promise.all(
    ids.map(async (id) => {
      const listener = new HearingListener()
      await b.relay.subscribe(id, listener)
      return listener
    }),
  )
  proxy.cut()
  const missed = await append(a, 'document-0', epochs[0] ?? '', 'missed')
  await Promise.all(heard.map((listener) => listener.until(() => listener.resumptions === 1)))
  const [head] = await b.log.heads(['document-0'])
  expect(head?.tip).toBe(missed.tip)
  await Promise.all(ids.map((id, index) => append(a, id, epochs[index] ?? '', id)))
  await Promise.all(heard.map((listener) => listener.until(() => listener.appends.length > 0)))
  expect(heard.slice(1).map(({ texts }) => texts)).toEqual(ids.slice(1).map((id) => [id]))
})

test('X1: connections that are killed one after the other lose nothing that is not announced', async () => {
  const epoch = await begin(a, 'a')
  const listener = new HearingListener()
  await b.relay.subscribe('a', listener)
  for (let round = 1; round <= 5; round++) {
    await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await listener.until(() => listener.resumptions === round)
    const { tip } = await append(a, 'a', epoch, `after ${round}`)
    await listener.until(() => listener.appends.some((heard) => heard.tip === tip))
  }
})

test('X1: a message of another format is no append, and is told as a loss', async () => {
  await begin(a, 'a')
  const listener = new HearingListener()
  await b.relay.subscribe('a', listener)
  await server.client.spublish('weft:{a}:relay', Buffer.from([2, 1, 0, 0]))
  await listener.until(() => listener.resumptions === 1)
  await server.client.spublish('weft:{a}:relay', 'what is this')
  await listener.until(() => listener.resumptions === 2)
  expect(listener.appends).toEqual([])
})

test('X3: with Redis gone a subscription is refused, and after its return it is taken', async () => {
  await server.kill()
  const listener = new HearingListener()
  await expect(b.relay.subscribe('a', listener)).rejects.toThrow(StoreUnavailableError)
  await expect(b.relay.publish('a', Buffer.of(1))).rejects.toThrow(StoreUnavailableError)
  await server.restart()
  await untilAvailable(() => b.relay.subscribe('a', listener))
  await server.client.spublish('weft:{a}:relay', Buffer.from([1, 2, 1, 0, 120, 121]))
  await listener.until(() => listener.messages.length === 1)
  expect(listener.messages).toEqual(['x: y'])
})

test('X1: a closed store hears and publishes nothing', async () => {
  const listener = new HearingListener()
  await b.relay.subscribe('a', listener)
  await b.close()
  await a.relay.publish('a', Buffer.of(1))
  await expect(b.relay.subscribe('a', listener)).rejects.toThrow(StoreUnavailableError)
  await expect(b.relay.publish('a', Buffer.of(1))).rejects.toThrow(StoreUnavailableError)
  expect(listener.messages).toEqual([])
})
