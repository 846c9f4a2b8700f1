import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeNodeChannel } from '../src/contract/node-channel-rules.ts'
import { StoreUnavailableError } from '../src/errors.ts'
import { openRedisStore, type RedisStore } from '../src/redis/redis-store.ts'
import { RedisCluster } from './redis-cluster.ts'
import { RedisServer } from './redis-server.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { untilAvailable } from './until-available.ts'

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
})

async function node(name: string, url = server.url): Promise<RedisStore> {
  const store = await openRedisStore(url, { node: name, durability: 'memory' })
  open.push(store)
  return store
}

for (const [name, urlOf] of [
  ['redis', () => server.url],
  ['redis cluster', () => cluster.url],
] as const) {
  describeNodeChannel({
    name,
    create: async () => {
      const [a, b] = [await node('node-a', urlOf()), await node('node-b', urlOf())]
      return {
        a: a.channel,
        b: b.channel,
        dispose: async () => void (await Promise.all([a.close(), b.close()])),
      }
    },
  })
}

test('a node that lost its connection is not there, and hears again when it is back', async () => {
  await using proxy = await TcpProxy.start(server.port)
  const [a, b] = [await node('node-a'), await node('node-b', proxy.url)]
  const heard: string[] = []
  let wake = (): void => {}
  await b.channel.listen((message) => {
    heard.push(message)
    wake()
  })
  expect(await a.channel.send('node-b', 'one')).toBe(true)
  const swallowed = proxy.swallow('down')
  await a.channel.send('node-b', 'lost')
  await swallowed
  proxy.pass()
  proxy.cut()
  // Redis sees the end of a connection when it comes to read it, and the node is back some time after.
  for (let there = true; there;) there = await a.channel.send('node-b', 'lost')
  for (let there = false; !there;) there = await a.channel.send('node-b', 'back')
  while (!heard.includes('back')) await new Promise<void>((resolve) => (wake = resolve))
  expect(heard).not.toContain('lost')
})

test('with Redis gone nothing can be sent; what is no message is not heard; a closed store sends nothing', async () => {
  const { channel, close } = await closable('node-a')
  const heard: string[] = []
  await channel.listen((message) => heard.push(message))
  await server.client.call('SPUBLISH', 'weft:node:node-a', 'no line break')
  await server.kill()
  await expect(channel.send('node-a', 'x')).rejects.toThrow(StoreUnavailableError)
  await server.restart()
  await untilAvailable(() => channel.send('node-a', 'x'))
  await close()
  await expect(channel.send('node-a', 'x')).rejects.toThrow(StoreUnavailableError)
  await expect(channel.listen(() => {})).rejects.toThrow(StoreUnavailableError)
  expect(heard).not.toContain('no line break')
})

async function closable(name: string): Promise<{ channel: RedisStore['channel']; close: () => Promise<void> }> {
  const store = await node(name)
  return { channel: store.channel, close: () => store.close() }
}
