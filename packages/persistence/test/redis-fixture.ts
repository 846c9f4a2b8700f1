import type { Redis } from 'ioredis'
import type { StoreDamage, StoreFixture } from '../src/contract/store-fixture.ts'
import { checkpointKey, keysOf } from '../src/redis/keys.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'
import type { RedisServer } from './redis-server.ts'

const prefix = 'weft'

/** A Redis store to be put to the contract: the server is shared, and each fixture finds it empty. */
export async function makeRedisFixture(server: RedisServer): Promise<StoreFixture> {
  await server.ask((client) => client.flushall())
  return {
    open: () => openRedisStore(server.url),
    dispose: async () => {},
    url: server.url,
    damage: damageOf(server),
  }
}

type RawEntry = readonly [id: string, fields: Buffer[]]

function damageOf(server: RedisServer): StoreDamage {
  const changeEntry = (document: string, position: number, change: (record: Buffer) => void): Promise<void> =>
    server.ask(async (client) => {
      const { log } = keysOf(prefix, document)
      const entries: RawEntry[] = (await client.xrangeBuffer(log, '-', '+')).map(([id, fields]) => [String(id), fields])
      // A stream's entries cannot be changed, so it is written anew.
      await client.del(log)
      for (const [id, fields] of entries) {
        const record = fields[1 + fields.findIndex((field) => field.toString() === 'r')]
        if (id === `${position}-0` && record !== undefined) change(record)
        await client.xadd(log, id, ...fields)
      }
    })
  const inCheckpoint = (document: string, work: (client: Redis, key: string) => Promise<unknown>): Promise<void> =>
    server.ask(async (client) => {
      const generation = await client.hget(keysOf(prefix, document).head, 'cp')
      await work(client, checkpointKey(prefix, document, generation ?? ''))
    })
  return {
    flipEntry: (document, position) => changeEntry(document, position, flip),
    ageEntry: (document, position) => changeEntry(document, position, (record) => record.writeUInt8(9, 0)),
    removeEntry: (document, position) =>
      server.ask(async (client) => {
        await client.xdel(keysOf(prefix, document).log, `${position}-0`)
      }),
    flipChunk: (document, number) =>
      inCheckpoint(document, async (client, key) => {
        const record = await client.hgetBuffer(key, String(number))
        if (record === null) throw new Error(`there is no chunk ${number}`)
        flip(record)
        await client.hset(key, String(number), record)
      }),
    removeChunk: (document, number) => inCheckpoint(document, (client, key) => client.hdel(key, String(number))),
    removeHeader: (document) => inCheckpoint(document, (client, key) => client.hdel(key, 'header')),
  }
}

function flip(record: Buffer): void {
  const middle = Math.floor(record.byteLength / 2)
  record.writeUInt8(record.readUInt8(middle) ^ 1, middle)
}
