import { writeFile, mkdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readBackup } from '../src/backup/read-backup.ts'
import { writeBackup } from '../src/backup/write-backup.ts'
import type { RelayedAppend } from '../src/relay.ts'
import { openStoreReader } from '../src/open-store-reader.ts'
import { openRedisStore } from '../src/redis/redis-store.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import { RedisServer } from './redis-server.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'
import { all, contentOf, docIn, gather, streamOf, WrittenDocument } from './written-documents.ts'

const edit = { actor: 'ann', at: 10, kind: 'insert', number: 1 } as const

describe('a SQLite store that is read beside its holder', () => {
  it('has what was saved, and keeps the holder from nothing: neither writing nor closing nor compacting', async () => {
    await using made = await makeStoreFolder()
    const { folder } = made
    const store = await openSqliteStore(folder)
    const document = await new WrittenDocument(store, 'a').open()
    const reader = await openStoreReader(`sqlite:${folder}`)
    for (let number = 0; number < 20; number++) {
      await document.edit({ ...edit, number })
      expect((await reader.log.load('a')).head).toEqual((await store.log.load('a')).head)
    }
    const bytes = writeBackup(reader)
    await bytes.next()
    await document.compact()
    await document.edit(edit)
    await store.close()
    const again = await openSqliteStore(folder)
    expect(contentOf(await docIn(again, 'a'))).toEqual(contentOf(document.doc))
    await again.close()
    await bytes.return(undefined)
    await reader.close()
  })

  it('is read when nobody holds it, too', async () => {
    await using made = await makeStoreFolder()
    const store = await openSqliteStore(made.folder)
    await (await new WrittenDocument(store, 'a').open()).edit(edit)
    await store.close()
    const reader = await openStoreReader(`sqlite:${made.folder}`)
    const bytes = await gather(writeBackup(reader))
    await reader.close()
    await using other = await makeStoreFolder()
    const target = await openSqliteStore(other.folder)
    expect(await all(readBackup(target, streamOf(bytes)))).toEqual([{ document: 'a', outcome: 'created' }])
    await target.close()
  })

  it('where there is none, or one that is not to be read, says so and makes none', async () => {
    await using made = await makeStoreFolder()
    const { folder } = made
    const open = (): Promise<unknown> => openStoreReader(`sqlite:${folder}`)
    await expect(open()).rejects.toThrow(/^there is no store in .*: give the folder that Weft was started with$/)
    await mkdir(folder)
    await expect(open()).rejects.toThrow(/^there is no store in/)
    await writeFile(`${folder}/weft.db`, 'no database, however long one looks at it'.repeat(100))
    await expect(open()).rejects.toThrow(/damaged or no SQLite database/)
    await writeFile(`${folder}/weft.db`, '')
    await expect(open()).rejects.toThrow(/not Weft's/)
    await using newer = await makeStoreFolder()
    await (await openSqliteStore(newer.folder)).close()
    tamper(newer.folder, 'PRAGMA user_version = 9')
    await expect(openStoreReader(`sqlite:${newer.folder}`)).rejects.toThrow(/start the newer Weft that wrote it/)
    await expect(openStoreReader('memory:')).rejects.toThrow(/only in the process that made it/)
    await expect(openStoreReader('sqlite:')).rejects.toThrow(/sqlite:<folder>/)
    await expect(openStoreReader('file:x')).rejects.toThrow(/no store of scheme file/)
  })
})

describe('a Redis store that is backed up and restored beside those that use it', () => {
  it('asks nothing of Redis for reading, and misses no document that a crash kept out of the listing', async () => {
    await using server = await RedisServer.start()
    const store = await openRedisStore(server.url, { node: 'node-a', durability: 'memory' })
    for (const id of ['a', 'b']) await (await new WrittenDocument(store, id).open()).edit(edit)
    // It lists what it appended to when it closes, at the latest.
    await store.close()
    await server.client.del(...(await server.client.keys('weft:index:*')))
    const reader = await openStoreReader(server.url)
    const bytes = await gather(writeBackup(reader))
    await reader.close()
    const target = await openRedisStore(`${server.url}/1`, { node: 'node-a', durability: 'memory' })
    expect((await all(readBackup(target, streamOf(bytes)))).map(({ document }) => document)).toEqual(['a', 'b'])
    await target.close()
  })

  it('whoever has a document open hears what it lacked, in order and up to its head', async () => {
    await using server = await RedisServer.start()
    const node = await openRedisStore(server.url, { node: 'node-a', durability: 'memory' })
    const restorer = await openRedisStore(server.url, { node: 'node-b', durability: 'memory' })
    const document = await new WrittenDocument(node, 'a').open()
    for (let number = 0; number < 700; number++) await document.edit({ ...edit, number })
    const bytes = await gather(writeBackup(node))
    await node.catalog.delete('a', 20)
    await node.catalog.recreate({ id: 'a', title: 'anew', createdBy: 'ann', at: 30 })

    const heard: RelayedAppend[] = []
    const both = Promise.withResolvers<undefined>()
    const subscription = await node.relay.subscribe('a', {
      appended: (append) => {
        heard.push(append)
        if (append.last === 700) both.resolve(undefined)
      },
      published: () => {},
      resumed: () => {},
    })
    expect(await all(readBackup(restorer, streamOf(bytes)))).toEqual([{ document: 'a', outcome: 'merged' }])
    await both.promise
    expect(heard.map(({ first, last }) => [first, last])).toEqual([
      [1, 500],
      [501, 700],
    ])
    expect(heard.at(-1)?.tip).toBe((await node.log.load('a')).head.tip)
    expect(contentOf(await docIn(node, 'a'))).toEqual(contentOf(document.doc))
    subscription.close()
    await Promise.all([node.close(), restorer.close()])
  })
})
