import { afterAll, beforeAll } from 'vitest'
import { describeStore } from '../src/contract/describe-store.ts'
import { makeRedisFixture } from './redis-fixture.ts'
import { RedisServer, durableSettings } from './redis-server.ts'

let server: RedisServer

beforeAll(async () => {
  server = await RedisServer.start(...durableSettings)
})
afterAll(() => server[Symbol.asyncDispose]())

describeStore({
  name: 'redis',
  durable: true,
  damageable: true,
  create: () => Promise.resolve(makeRedisFixture(server)),
})
