import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { begin } from '../src/contract/with-store.ts'
import { openRedisStore, type RedisStore } from '../src/redis/redis-store.ts'
import { RedisServer } from './redis-server.ts'

const plenty = { files: 10, bytes: 10_000_000 }

let server: RedisServer
let store: RedisStore

beforeAll(async () => {
  server = await RedisServer.start()
  store = await openRedisStore(server.url, { node: 'a', durability: 'memory' })
})
afterAll(async () => {
  await store.close()
  await server[Symbol.asyncDispose]()
})
afterEach(async () => void (await server.client.flushall()))

async function put(id: string, content: Uint8Array, limits = plenty): Promise<string> {
  const file = { name: 'x', type: 'image/png', created: 1, createdBy: 'ada', content }
  return (await store.files.put(id, file, limits)).record.hash
}

async function keysOf(id: string): Promise<{ lasting: number; passing: number }> {
  const keys = await server.client.keys(`weft:{${id}}:file*`)
  const ends = await Promise.all(keys.map((key) => server.client.pttl(key)))
  return { lasting: ends.filter((end) => end === -1).length, passing: ends.filter((end) => end > 0).length }
}

test('files are erased with their document', async () => {
  await begin(store, 'a')
  await put('a', randomBytes(600_000))
  await put('a', randomBytes(10))
  expect(await keysOf('a')).toEqual({ lasting: 3, passing: 0 })
  await store.catalog.delete('a', 2)
  expect(await keysOf('a')).toEqual({ lasting: 0, passing: 0 })
})

test('a file that is removed stays for a while for those who are reading it', async () => {
  await begin(store, 'a')
  const content = randomBytes(900_000)
  const hash = await put('a', content)
  const read: Uint8Array[] = []
  for await (const part of store.files.read('a', hash)) {
    read.push(part)
    await store.files.remove('a', hash)
  }
  expect(Buffer.concat(read).equals(content)).toBe(true)
  expect(await keysOf('a')).toEqual({ lasting: 0, passing: 1 })
})

test('what is too much is not kept, and a full Redis takes no files', async () => {
  await begin(store, 'a')
  await expect(put('a', randomBytes(300_000), { files: 10, bytes: 1000 })).rejects.toThrow('remove some first')
  await server.client.config('SET', 'maxmemory', '1')
  await expect(put('a', randomBytes(300_000))).rejects.toThrow('memory')
  await server.client.config('SET', 'maxmemory', '0')
  expect(await keysOf('a')).toEqual({ lasting: 0, passing: 0 })
})

test('until a file is whole, what there is of it goes away by itself', async () => {
  await begin(store, 'a')
  let seen = false
  while (!seen) {
    let written = false
    const putting = put('a', randomBytes(9_000_000)).finally(() => (written = true))
    while (!written) {
      const { lasting, passing } = await keysOf('a')
      seen ||= lasting === 0 && passing === 1
    }
    await store.files.remove('a', await putting)
    await server.client.del(...(await server.client.keys('weft:{a}:file:*')))
  }
})
