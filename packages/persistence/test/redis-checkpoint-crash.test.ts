import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { append, begin, checkpointAt, textsOf } from '../src/contract/with-store.ts'
import type { CheckpointStep } from '../src/redis/checkpoint-writer.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'
import { RedisServer, durableSettings } from './redis-server.ts'
import { TcpProxy } from './tcp-proxy.ts'

let server: RedisServer

beforeAll(async () => {
  server = await RedisServer.start(...durableSettings)
})
afterAll(() => server[Symbol.asyncDispose]())

const steps: readonly CheckpointStep[] = ['begun', 'chunks-written', 'flipped', 'trimming', 'trimmed']

for (const victim of ['node', 'redis'] as const) {
  for (const step of steps) {
    test(`L4 L7: a ${victim} that dies at the step "${step}" of a checkpoint loses nothing`, async () => {
      const id = `${victim}/${step}`
      await using proxy = await TcpProxy.start(server.port)
      const died = Promise.withResolvers<void>()
      const store = await openRedisStore(proxy.url, {
        node: 'mortal',
        durability: 'fsync',
        onCheckpointStep: (reached) => {
          if (reached !== step) return
          // From here on nothing of it arrives any more.
          void proxy[Symbol.asyncDispose]()
          died.resolve()
        },
      })
      const epoch = await begin(store, id)
      const texts = Array.from({ length: 1_200 }, (_, index) => `entry ${index}`)
      for (let start = 0; start < texts.length; start += 100) {
        await append(store, id, epoch, ...texts.slice(start, start + 100))
      }
      const { head } = await store.log.load(id)
      const state = checkpointAt(head, 'the state', randomBytes(700_000))
      const replaced = store.log.replaceCheckpoint(id, state, undefined).catch(() => {})
      await died.promise
      if (victim === 'redis') {
        await server.kill()
        await server.restart()
      }
      const next = await openRedisStore(server.url, { node: 'next', durability: 'fsync' })
      const found = await next.log.load(id)
      expect(found.head).toEqual(head)
      const flipped = step === 'flipped' || step === 'trimming' || step === 'trimmed'
      expect(found.checkpoint?.place).toEqual(flipped ? head : undefined)
      if (!flipped) expect(textsOf(found)).toEqual(texts)
      // Whoever comes next begins where everything is, and leaves nothing behind but what goes away by itself.
      await append(next, id, epoch, 'one more')
      const { head: later, checkpoint } = await next.log.load(id)
      const again = checkpointAt(later, 'another state')
      expect(await next.log.replaceCheckpoint(id, again, checkpoint?.place.tip)).toBe(true)
      expect(textsOf(await next.log.load(id))).toEqual(['another state'])
      expect(await server.client.xlen(`weft:{${id}}:log`)).toBe(0)
      const generation = await server.client.hget(`weft:{${id}}:head`, 'checkpoint:generation')
      for (const key of await server.client.keys(`weft:{${id}}:checkpoint:*`)) {
        const current = key.endsWith(`:${generation}`)
        expect((await server.client.pttl(key)) > 0).toBe(!current)
      }
      await next.close()
      await store.close()
      await replaced
    })
  }
}
