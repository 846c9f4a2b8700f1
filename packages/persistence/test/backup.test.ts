import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { readBackup, type RestoredDocument, type RestoredFile, type RestoreOptions } from '../src/backup/read-backup.ts'
import { writeBackup } from '../src/backup/write-backup.ts'
import type { DocumentCatalog } from '../src/document-catalog.ts'
import type { DocumentFiles, FileRecord } from '../src/document-files.ts'
import type { DocumentLog } from '../src/document-log.ts'
import { CorruptRecordError } from '../src/errors.ts'
import { MemoryStore } from '../src/memory/memory-store.ts'
import type { Store } from '../src/store.ts'
import {
  all,
  contentOf,
  docIn,
  gather,
  say,
  storeWith,
  streamOf,
  WrittenDocument,
  contradicting,
} from './written-documents.ts'

function restore(
  store: Store,
  bytes: Uint8Array,
  options?: RestoreOptions,
): Promise<(RestoredDocument | RestoredFile)[]> {
  return all(readBackup(store, streamOf(bytes, 7), options))
}

/** A store whose calls can be preceded by something that happens at that moment. */
function disturbed(
  store: Store,
  before: { log?: Partial<DocumentLog>; catalog?: Partial<DocumentCatalog>; files?: Partial<DocumentFiles> },
): Store {
  const { log, catalog, changes, files, revocations, collections } = store
  return {
    log: {
      load: (document) => log.load(document),
      append: (document, request) => log.append(document, request),
      read: (document, from) => log.read(document, from),
      replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
      heads: (documents) => log.heads(documents),
      begin: (document, lost, at) => log.begin(document, lost, at),
      ...before.log,
    },
    catalog: {
      create: (document) => catalog.create(document),
      creatorOf: (document) => catalog.creatorOf(document),
      count: () => catalog.count(),
      get: (document) => catalog.get(document),
      list: (listing) => catalog.list(listing),
      setTitle: (document, title, at) => catalog.setTitle(document, title, at),
      trash: (document, at) => catalog.trash(document, at),
      restore: (document) => catalog.restore(document),
      listTrash: (listing) => catalog.listTrash(listing),
      delete: (document, at) => catalog.delete(document, at),
      recreate: (document) => catalog.recreate(document),
      ...before.catalog,
    },
    files: {
      put: (document, file, limits) => files.put(document, file, limits),
      list: (document) => files.list(document),
      get: (document, hash) => files.get(document, hash),
      read: (document, hash, range) => files.read(document, hash, range),
      remove: (document, hash) => files.remove(document, hash),
      ...before.files,
    },
    changes,
    revocations,
    collections,
    check: () => store.check(),
    close: () => store.close(),
  }
}

describe('a backup that is written while the store is in use', () => {
  it('leaves out what is deleted before its turn, and has what is created before it', async () => {
    const store = await storeWith('a', 'b', 'c')
    const using = disturbed(store, {
      log: {
        heads: async (documents) => {
          if (documents[0] === 'a') {
            await store.catalog.delete('b', 50)
            await store.catalog.create({ id: 'a/new', title: '', createdBy: 'x', at: 50 })
          }
          return store.log.heads(documents)
        },
      },
    })
    expect((await restore(new MemoryStore(), await gather(writeBackup(using)))).map((d) => d.document)).toEqual([
      'a',
      'c',
    ])
  })

  it('L5: mixes no two lives of a document', async () => {
    const store = await storeWith('a')
    let lives = 0
    const using = disturbed(store, {
      catalog: {
        get: async (document) => {
          const record = await store.catalog.get(document)
          if (lives++ === 0) {
            await store.catalog.delete('a', 50)
            await store.catalog.recreate({ id: 'a', title: 'another', createdBy: 'x', at: 60 })
          }
          return record
        },
      },
    })
    const target = new MemoryStore()
    await restore(target, await gather(writeBackup(using)))
    expect(await target.catalog.get('a')).toMatchObject({ title: 'another', created: 60, bytes: 0 })
  })

  it('a document that goes between its metadata and its content is left out', async () => {
    const store = await storeWith('a')
    const using = disturbed(store, {
      log: {
        load: async (document) => {
          await store.catalog.delete('a', 50)
          return store.log.load(document)
        },
      },
    })
    expect(await restore(new MemoryStore(), await gather(writeBackup(using)))).toEqual([])
  })

  it('holds one document in memory, however many there are', async () => {
    const store = new MemoryStore()
    for (const id of ['a', 'b', 'c']) {
      const document = await new WrittenDocument(store, id).open()
      document.doc.getText('text').insert(0, 'x'.repeat(200_000))
      const { head } = await store.log.load(id)
      const entries = [{ update: Y.encodeStateAsUpdate(document.doc), actor: 'ann', at: 1 }]
      await store.log.append(id, { epoch: head.epoch, token: randomUUID(), entries })
    }
    let loads = 0
    let ahead = 0
    const counted = disturbed(store, {
      log: {
        load: (document) => {
          loads++
          return store.log.load(document)
        },
      },
    })
    let documents = 0
    for await (const piece of writeBackup(counted)) {
      documents += piece.byteLength > 200_000 ? 1 : 0
      ahead = Math.max(ahead, loads - documents)
    }
    expect({ loads, documents, ahead }).toEqual({ loads: 3, documents: 3, ahead: 0 })
  })

  it('has all of them where there are more than one page of a listing holds', async () => {
    const store = new MemoryStore()
    const ids = Array.from({ length: 450 }, (_, number) => `d/${String(number).padStart(3, '0')}`)
    for (const id of ids) await store.catalog.create({ id, title: '', createdBy: 'x', at: 1 })
    const restored = await restore(new MemoryStore(), await gather(writeBackup(store)))
    expect(restored.map(({ document }) => document)).toEqual(ids)
  })

  it('L8: ends at a document that cannot be read, unless it was asked to leave such out', async () => {
    const store = await storeWith('a', 'b')
    const error = new CorruptRecordError('a', 2, 'for the test')
    const damaged = disturbed(store, {
      log: { load: (document) => (document === 'a' ? Promise.reject(error) : store.log.load(document)) },
    })
    await expect(gather(writeBackup(damaged))).rejects.toBe(error)
    const left: unknown[] = []
    const bytes = await gather(writeBackup(damaged, { onUnreadable: (one) => left.push(one) }))
    expect(left).toEqual([error])
    expect(await restore(new MemoryStore(), bytes)).toEqual([{ document: 'b', outcome: 'created' }])
  })
})

describe('a backup that is read', () => {
  it('R9: merges into a log in which updates contradict each other, and takes such a log itself', async () => {
    const store = await storeWith('a')
    const { head } = await store.log.load('a')
    const entries = contradicting.map((update) => ({ update, actor: 'liar', at: 7 }))
    await store.log.append('a', { epoch: head.epoch, token: 'lies', entries })
    const bytes = await gather(writeBackup(store))
    expect(await restore(new MemoryStore(), bytes)).toEqual([{ document: 'a', outcome: 'created' }])
    expect(await restore(store, bytes)).toEqual([{ document: 'a', outcome: 'unchanged' }])
  })

  it('L5: leaves deleted what was deleted, unless it was asked to make it anew', async () => {
    const store = await storeWith('a')
    const before = contentOf(await docIn(store, 'a'))
    const bytes = await gather(writeBackup(store))
    await store.catalog.delete('a', 50)
    expect(await restore(store, bytes)).toEqual([{ document: 'a', outcome: 'deleted' }])
    expect(await store.catalog.get('a')).toBeUndefined()
    expect(await restore(store, bytes, { recreate: true })).toEqual([{ document: 'a', outcome: 'recreated' }])
    expect(contentOf(await docIn(store, 'a'))).toEqual(before)
    expect(await store.catalog.get('a')).toMatchObject({ title: 'title of a', created: 5, createdBy: 'maker' })
  })

  it('brings only documents of a prefix, written or read with one', async () => {
    const store = await storeWith('a', 'team/a', 'team/b', 'teams')
    const some = [
      { document: 'team/a', outcome: 'created' },
      { document: 'team/b', outcome: 'created' },
    ]
    expect(await restore(new MemoryStore(), await gather(writeBackup(store, { prefix: 'team/' })))).toEqual(some)
    expect(await restore(new MemoryStore(), await gather(writeBackup(store)), { prefix: 'team/' })).toEqual(some)
  })

  it('a log that goes on while it is compared is compared anew, and one that never rests gets it all the same', async () => {
    const bytes = await gather(writeBackup(await storeWith('a')))
    for (const interruptions of [1, 3, Infinity]) {
      const target = new MemoryStore()
      await target.catalog.create({ id: 'a', title: 'here', createdBy: 'x', at: 1 })
      const other = await new WrittenDocument(target, 'a').open()
      let appends = 0
      const busy = disturbed(target, {
        log: {
          append: async (document, request) => {
            if (appends++ < interruptions) await other.edit(say(appends))
            return target.log.append(document, request)
          },
        },
      })
      expect(await restore(busy, bytes)).toEqual([{ document: 'a', outcome: 'merged' }])
      expect(appends).toBe(Math.min(interruptions + 1, 5))
      Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(await docIn(await storeFrom(bytes), 'a')))
      expect(contentOf(await docIn(target, 'a'))).toEqual(contentOf(other.doc))
      expect(await restore(target, bytes)).toEqual([{ document: 'a', outcome: 'unchanged' }])
    }
  })

  it('R9: keeps what waits for updates that have not come, once', async () => {
    const author = new Y.Doc()
    const updates: Uint8Array[] = []
    author.on('update', (update: Uint8Array) => updates.push(update))
    for (const text of ['one ', 'two ', 'three ']) author.getText('text').insert(0, text)
    author.getText('text').delete(0, 3)
    const store = new MemoryStore()
    await store.catalog.create({ id: 'a', title: '', createdBy: 'x', at: 1 })
    const { head } = await store.log.load('a')
    const [first, ...waiting] = updates.map((update) => ({ update, actor: 'ann', at: 2 }))
    await store.log.append('a', { epoch: head.epoch, token: randomUUID(), entries: waiting })
    const bytes = await gather(writeBackup(store))
    const target = new MemoryStore()
    expect(await restore(target, bytes)).toEqual([{ document: 'a', outcome: 'created' }])
    expect(await restore(target, bytes)).toEqual([{ document: 'a', outcome: 'unchanged' }])
    const late = await target.log.load('a')
    if (first !== undefined) {
      await target.log.append('a', { epoch: late.head.epoch, token: randomUUID(), entries: [first] })
    }
    expect(contentOf(await docIn(target, 'a'))).toEqual(contentOf(author))
  })

  it('keeps entries byte for byte where the log holds nothing yet, and else what is new of them', async () => {
    const author = new Y.Doc()
    const updates: Uint8Array[] = []
    author.on('update', (update: Uint8Array) => updates.push(update))
    author.getText('text').insert(0, 'some text')
    author.getText('text').delete(2, 3)
    // What a room makes of both in one flush. Yjs itself, told of it, would not keep what was deleted.
    const update = Y.mergeUpdates(updates)
    const store = new MemoryStore()
    await store.catalog.create({ id: 'a', title: '', createdBy: 'x', at: 1 })
    const { epoch } = (await store.log.load('a')).head
    await store.log.append('a', { epoch, token: randomUUID(), entries: [{ update, actor: 'ann', at: 2 }] })
    const bytes = await gather(writeBackup(store))
    const target = new MemoryStore()
    await restore(target, bytes)
    const whole = (await target.log.load('a')).entries.map((entry) => Buffer.from(entry.update).toString('hex'))
    expect(whole).toEqual([Buffer.from(update).toString('hex')])

    const [first] = updates
    const ahead = new MemoryStore()
    await ahead.catalog.create({ id: 'a', title: '', createdBy: 'x', at: 1 })
    const there = (await ahead.log.load('a')).head
    if (first !== undefined) {
      const entries = [{ update: first, actor: 'ben', at: 1 }]
      await ahead.log.append('a', { epoch: there.epoch, token: randomUUID(), entries })
    }
    await restore(ahead, bytes)
    const added = (await ahead.log.load('a')).entries.at(-1)
    expect(added).toMatchObject({ actor: 'ann', at: 2 })
    // Only the deletion is new: what was inserted is there.
    expect(Y.decodeUpdate(added?.update ?? update).structs).toEqual([])
    expect(contentOf(await docIn(ahead, 'a'))).toEqual(contentOf(author))
  })

  it('goes into the log in appends that hold nobody up', async () => {
    const store = new MemoryStore()
    const document = await new WrittenDocument(store, 'a').open()
    for (let number = 0; number < 1_100; number++) await document.edit(say(number))
    const bytes = await gather(writeBackup(store))
    const target = new MemoryStore()
    const sizes: number[] = []
    const counted = disturbed(target, {
      log: {
        append: (id, request) => {
          sizes.push(request.entries.length)
          return target.log.append(id, request)
        },
      },
    })
    await restore(counted, bytes)
    expect(sizes).toEqual([500, 500, 100])
    expect(contentOf(await docIn(target, 'a'))).toEqual(contentOf(document.doc))
  })
})

async function storeFrom(bytes: Uint8Array): Promise<Store> {
  const store = new MemoryStore()
  await restore(store, bytes)
  return store
}

describe('files in a backup', () => {
  const plenty = { files: 100, bytes: 100_000_000 }

  async function putFile(store: Store, id: string, text: string): Promise<FileRecord> {
    const file = { name: `${text}.txt`, type: 'text/plain', created: 7, createdBy: 'ann', content: Buffer.from(text) }
    return (await store.files.put(id, file, plenty)).record
  }

  async function storeWithFiles(): Promise<{ store: MemoryStore; one: FileRecord; two: FileRecord }> {
    const store = await storeWith('a', 'b')
    return { store, one: await putFile(store, 'a', 'one'), two: await putFile(store, 'a', 'two') }
  }

  it('come with their documents, and reading them again changes nothing', async () => {
    const { store, one, two } = await storeWithFiles()
    const bytes = await gather(writeBackup(store))
    const target = new MemoryStore()
    const created = [one, two].toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
    expect(await restore(target, bytes)).toEqual([
      { document: 'a', outcome: 'created' },
      ...created.map(({ hash }) => ({ document: 'a', file: hash, outcome: 'created' })),
      { document: 'b', outcome: 'created' },
    ])
    expect(await target.files.list('a')).toEqual(await store.files.list('a'))
    expect(Buffer.concat(await all(target.files.read('a', one.hash))).toString()).toBe('one')
    const again = await restore(target, bytes)
    expect(again.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged'])
  })

  it('L5: stay away where their document was deleted, and where it is of no prefix that was asked for', async () => {
    const { store, one } = await storeWithFiles()
    const bytes = await gather(writeBackup(store))
    expect(await restore(new MemoryStore(), bytes, { prefix: 'b' })).toEqual([{ document: 'b', outcome: 'created' }])
    await store.catalog.delete('a', 50)
    expect(await restore(store, bytes, { prefix: 'a' })).toContainEqual({
      document: 'a',
      file: one.hash,
      outcome: 'deleted',
    })
  })

  it('are left out where they are removed, or their document is deleted, while they are read', async () => {
    for (const change of ['remove', 'delete', 'recreate'] as const) {
      const { store } = await storeWithFiles()
      let disturbances = 0
      const using = disturbed(store, {
        files: {
          read: async function* (document, hash) {
            const whole = await all(store.files.read(document, hash))
            if (disturbances++ === 0) {
              if (change === 'remove') await store.files.remove(document, hash)
              else await store.catalog.delete(document, 50)
              if (change === 'recreate') await store.catalog.recreate({ id: document, title: '', createdBy: '', at: 1 })
            }
            if (change === 'remove') yield* store.files.read(document, hash)
            else yield* whole
          },
        },
      })
      const restored = await restore(new MemoryStore(), await gather(writeBackup(using)))
      expect(restored.filter((item) => 'file' in item)).toHaveLength(change === 'remove' ? 1 : 0)
      expect(restored.filter((item) => !('file' in item))).toHaveLength(2)
    }
  })

  it('L8: that cannot be read end it, unless it was asked to leave such out', async () => {
    const { store, one } = await storeWithFiles()
    const error = new CorruptRecordError('a', undefined, 'for the test')
    const damaged = disturbed(store, {
      files: {
        read: async function* (document, hash) {
          if (hash === one.hash) throw error
          yield* store.files.read(document, hash)
        },
      },
    })
    await expect(gather(writeBackup(damaged))).rejects.toBe(error)
    const left: unknown[] = []
    const bytes = await gather(writeBackup(damaged, { onUnreadable: (item) => left.push(item) }))
    expect(left).toEqual([error])
    expect(await restore(new MemoryStore(), bytes)).toHaveLength(3)
  })
})
