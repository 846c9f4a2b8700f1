import type { StoreDamage, StoreFixture } from '../src/contract/store-fixture.ts'
import { DocumentKeys, defaultPrefix } from '../src/redis/document-keys.ts'
import { lifeText } from '../src/redis/redis-files.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'
import type { RedisServer } from './redis-server.ts'

/** The databases of a server, one for each fixture, so that none finds what another one left. */
let database = 0

/** A store in a database of its own, to be put to the contract. */
export function makeRedisFixture(server: RedisServer): StoreFixture {
  const number = ++database
  const url = `${server.url}/${number}`
  const select = async (): Promise<RedisServer> => {
    await server.client.select(number)
    return server
  }
  return {
    open: () => openRedisStore(url, { node: 'node-a', durability: 'fsync' }),
    dispose: async () => void (await (await select()).client.flushdb()),
    url,
    damage: damageOf(select),
  }
}

/** Changes what a server holds behind the store's back. `serverOf` gives the server that has a document. */
export function damageOf(serverOf: (document: string) => Promise<RedisServer>): StoreDamage {
  const changeEntry = async (document: string, position: number, change: (record: Buffer) => void): Promise<void> => {
    const { client } = await serverOf(document)
    const { log } = new DocumentKeys(defaultPrefix, document)
    // A stream's entries cannot be changed in place, so all of it is written anew.
    const entries = await client.xrangeBuffer(log, '-', '+')
    await client.del(log)
    for (const [id, fields] of entries) {
      if (id.toString() === `${position}-0`) change(fields.at(-1) ?? Buffer.of())
      await client.xadd(log, id, ...fields)
    }
  }
  const changeCheckpoint = async (document: string, change: (key: string) => Promise<unknown>): Promise<void> => {
    const { client } = await serverOf(document)
    const keys = new DocumentKeys(defaultPrefix, document)
    await change(keys.checkpoint((await client.hget(keys.head, 'checkpoint:generation')) ?? ''))
  }
  const changeFile = async (
    document: string,
    hash: string,
    change: (client: RedisServer['client'], key: string) => Promise<unknown>,
  ): Promise<void> => {
    const { client } = await serverOf(document)
    const keys = new DocumentKeys(defaultPrefix, document)
    const life = lifeText((await client.hget(keys.head, 'epoch')) ?? '')
    const [name] = ((await client.hget(keys.files(life), hash)) ?? '').split(' ')
    await change(client, keys.fileChunks(life, name))
  }
  return {
    flipEntry: (document, position) =>
      changeEntry(document, position, (record) => {
        const middle = Math.floor(record.byteLength / 2)
        record[middle] = (record[middle] ?? 0) ^ 1
      }),
    ageEntry: (document, position) => changeEntry(document, position, (record) => record.writeUInt8(9, 0)),
    removeEntry: async (document, position) => {
      const { client } = await serverOf(document)
      await client.xdel(new DocumentKeys(defaultPrefix, document).log, `${position}-0`)
    },
    flipChunk: (document, number) =>
      changeCheckpoint(document, async (key) => {
        const { client } = await serverOf(document)
        await flipField(client, key, String(number))
      }),
    removeChunk: (document, number) =>
      changeCheckpoint(document, async (key) => (await serverOf(document)).client.hdel(key, String(number))),
    removeHeader: (document) =>
      changeCheckpoint(document, async (key) => (await serverOf(document)).client.hdel(key, 'header')),
    flipFileChunk: (document, hash, number) =>
      changeFile(document, hash, (client, key) => flipField(client, key, String(number))),
    removeFileChunk: (document, hash, number) =>
      changeFile(document, hash, (client, key) => client.hdel(key, String(number))),
  }
}

/** Changes a byte in the middle of a field. */
async function flipField(client: RedisServer['client'], key: string, field: string): Promise<void> {
  const record = (await client.hgetBuffer(key, field)) ?? Buffer.of()
  const middle = Math.floor(record.byteLength / 2)
  record[middle] = (record[middle] ?? 0) ^ 1
  await client.hset(key, field, record)
}
