import { afterAll } from 'vitest'
import { describeStore } from '../src/contract/describe-store.ts'
import { makeRedisFixture } from './redis-fixture.ts'
import { RedisServer } from './redis-server.ts'

const server = await RedisServer.start()
afterAll(() => server[Symbol.asyncDispose]())

describeStore({ name: 'Redis', durable: true, damageable: true, create: () => makeRedisFixture(server) })
