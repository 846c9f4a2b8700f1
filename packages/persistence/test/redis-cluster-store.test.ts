import { afterAll, beforeAll } from 'vitest'
import { describeStore } from '../src/contract/describe-store.ts'
import { DocumentKeys, defaultPrefix } from '../src/redis/document-keys.ts'
import { hashSlot } from '../src/redis/hash-slot.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'
import { RedisCluster } from './redis-cluster.ts'
import { damageOf } from './redis-fixture.ts'

let cluster: RedisCluster

beforeAll(async () => {
  cluster = await RedisCluster.start(false, '--appendonly', 'yes', '--appendfsync', 'always')
}, 60_000)
afterAll(() => cluster[Symbol.asyncDispose]())

describeStore({
  name: 'redis cluster',
  durable: true,
  damageable: true,
  create: () =>
    Promise.resolve({
      open: () => openRedisStore(cluster.url, { node: 'node-a', durability: 'fsync' }),
      dispose: () => cluster.flush(),
      url: cluster.url,
      damage: damageOf((document) =>
        Promise.resolve(cluster.ownerOf(hashSlot(new DocumentKeys(defaultPrefix, document).head))),
      ),
    }),
})
