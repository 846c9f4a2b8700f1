import { randomUUID } from 'node:crypto'
import { applyWithWaiting, decodeOutline, StateAssembly } from '@weft/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { compactionDue, minCompactedTailBytes } from '../src/compaction/compaction-due.ts'
import { CompactionThread } from '../src/compaction/compaction-thread.ts'
import { Compactor } from '../src/compaction/compactor.ts'
import { begin } from '../src/contract/with-store.ts'
import type { DocumentLog, LoadedDocument } from '../src/document-log.ts'
import { CorruptRecordError, DocumentNotFoundError } from '../src/errors.ts'
import { MemoryStore } from '../src/memory/memory-store.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import type { Store } from '../src/store.ts'
import { makeStoreFolder } from './sqlite-folder.ts'
import { contradicting } from './written-documents.ts'

test('L4: what little came since another node compacted is left for a later time', async () => {
  const store = new MemoryStore()
  const epoch = await begin(store, 'a')
  const [one, other] = [new Compactor(store.log), new Compactor(store.log)]
  const doc = new Y.Doc()
  doc.getText('t').insert(0, 'x'.repeat(100_000))
  await appendUpdate(store, 'a', epoch, Y.encodeStateAsUpdate(doc))
  expect(await one.compact('a')).toBe('done')
  const before = Y.encodeStateVector(doc)
  doc.getText('t').insert(0, 'a line')
  await appendUpdate(store, 'a', epoch, Y.encodeStateAsUpdate(doc, before))
  expect(await other.compact('a')).toBe('nothing')
  expect((await store.log.load('a')).entries).toHaveLength(1)
  await Promise.all([one.close(), other.close()])
})

test('L4: a compacted log gives the same document, whatever was written, with what waits for others (R9)', async () => {
  const store = new MemoryStore()
  const compactor = new Compactor(store.log)
  const edit = fc.record({
    writer: fc.nat(2),
    at: fc.nat(),
    text: fc.string({ minLength: 1, maxLength: 8 }),
    remove: fc.nat(6),
    lost: fc.boolean(),
    compact: fc.nat(9).map((dice) => dice === 0),
  })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 40 }), async (edits) => {
      const id = `run-${run++}`
      const epoch = await begin(store, id)
      const writers = [0, 1, 2].map((writer) => makeWriter(writer + 1))
      const kept: Uint8Array[] = []
      const missing: Uint8Array[] = []
      for (const { writer, at, text, remove, lost, compact } of edits) {
        const update = writers[writer]?.write(at, text, remove)
        if (update === undefined) continue
        // What is lost leaves the writer's later updates waiting for it.
        if (lost && at % 4 === 0) {
          missing.push(update)
          continue
        }
        kept.push(update)
        await appendUpdate(store, id, epoch, update)
        if (compact) expect(await compactor.compact(id)).toMatch(/done|nothing/)
      }
      expect(await compactor.compact(id)).toMatch(/done|nothing/)
      const loaded = await store.log.load(id)
      expect(stateOf(loaded)).toEqual(stateOf({ updates: kept }))
      // What waited is there in full once the missing comes after all.
      const { checkpoint, entries } = loaded
      const held = [...(checkpoint?.chunks ?? []), ...entries.map(({ update }) => update)]
      const completed = stateOf({ updates: [...held, ...missing] })
      expect(completed).toEqual(stateOf({ updates: [...kept, ...missing] }))
      expect(completed.waiting).toEqual([])
    }),
    { numRuns: 60 },
  )
  await compactor.close()
})

test('L3: a large state is cut into chunks that can be applied one after the other', async () => {
  await using made = await makeStoreFolder()
  const store = await openSqliteStore(made.folder)
  const epoch = await begin(store, 'a')
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (let index = 0; index < 2000; index++) doc.getText('text').insert(index, `paragraph ${index} `.repeat(60))
  await Promise.all(updates.map((update) => appendUpdate(store, 'a', epoch, update)))
  const compactor = new Compactor(store.log)
  expect(await compactor.compact('a')).toBe('done')
  expect(await compactor.compact('a')).toBe('nothing')
  const { checkpoint } = await store.log.load('a')
  expect(checkpoint?.chunks.length).toBeGreaterThan(3)
  expect(checkpoint?.stateVector).toEqual(Y.encodeStateVector(doc))
  const replica = new Y.Doc()
  let length = 0
  for (const chunk of checkpoint?.chunks ?? []) {
    expect(chunk.byteLength).toBeLessThan(2 * 256 * 1024)
    Y.applyUpdate(replica, chunk)
    expect(replica.store.pendingStructs).toBeNull()
    expect(replica.getText('text').length).toBeGreaterThan(length)
    length = replica.getText('text').length
  }
  expect(replica.getText('text').toJSON()).toBe(doc.getText('text').toJSON())
  await compactor.close()
  await store.close()
})

test('L3: the chunks of a compacted state go together into one update of it', async () => {
  const store = new MemoryStore()
  const epoch = await begin(store, 'a')
  const doc = new Y.Doc()
  for (let turn = 0; turn < 400; turn++) {
    doc.clientID = 1 + (turn % 3)
    doc.getText('text').insert((turn * 37) % (doc.getText('text').length + 1), randomUUID().repeat(60))
  }
  const state = Y.encodeStateAsUpdate(doc)
  await appendUpdate(store, 'a', epoch, state)
  const compactor = new Compactor(store.log)
  expect(await compactor.compact('a')).toBe('done')
  const { checkpoint } = await store.log.load('a')
  const assembly = new StateAssembly(decodeOutline(checkpoint?.outline ?? new Uint8Array()))
  const chunks = checkpoint?.chunks ?? []
  expect(chunks.length).toBeGreaterThan(2)
  const whole = Buffer.concat(chunks.flatMap((chunk) => assembly.add(chunk)))
  expect(assembly.complete).toBe(true)
  expect(stateOf({ updates: [whole] })).toEqual(stateOf({ updates: [state] }))
  await compactor.close()
})

test('L4: of two compactors of one document, one is done and the other superseded', async () => {
  const store = await storeWithText()
  // Both have loaded before either writes.
  const loaded = barrier(2)
  const log = overriding(store.log, {
    load: async (id) => {
      const document = await store.log.load(id)
      await loaded()
      return document
    },
  })
  const compactors = [new Compactor(log), new Compactor(log)]
  const outcomes = await Promise.all(compactors.map((compactor) => compactor.compact('a')))
  expect(outcomes.toSorted()).toEqual(['done', 'superseded'])
  expect(stateOf(await store.log.load('a')).text).toBe('hello')
  await Promise.all(compactors.map((compactor) => compactor.close()))
})

test('L4: what is appended between load and flip stays in the log', async () => {
  const store = await storeWithText()
  const { epoch } = (await store.log.load('a')).head
  const log = overriding(store.log, {
    replaceCheckpoint: async (...parameters) => {
      await appendUpdate(store, 'a', epoch, textUpdate('late ', 2))
      return store.log.replaceCheckpoint(...parameters)
    },
  })
  const compactor = new Compactor(log)
  expect(await compactor.compact('a')).toBe('done')
  const loaded = await store.log.load('a')
  expect(loaded.entries).toHaveLength(1)
  expect(stateOf(loaded).text).toMatch(/^(late hello|hellolate )$/)
  await compactor.close()
})

test('L5: a document that was deleted is not compacted, and one that never was is not found', async () => {
  const store = await storeWithText()
  const log = overriding(store.log, {
    replaceCheckpoint: async (...parameters) => {
      await store.catalog.delete('a', 1)
      return store.log.replaceCheckpoint(...parameters)
    },
  })
  const compactor = new Compactor(log)
  expect(await compactor.compact('a')).toBe('superseded')
  expect(await compactor.compact('a')).toBe('superseded')
  await expect(compactor.compact('nobody')).rejects.toThrow(DocumentNotFoundError)
  await compactor.close()
})

test('L8: an update that Yjs cannot read stops the compaction, and leaves the log as it was', async () => {
  const store = await storeWithText()
  const { epoch } = (await store.log.load('a')).head
  await appendUpdate(store, 'a', epoch, new Uint8Array([9, 9, 9, 9]))
  await appendUpdate(store, 'a', epoch, textUpdate('more', 2))
  const compactor = new Compactor(store.log)
  const compacted = compactor.compact('a')
  await expect(compacted).rejects.toThrow(CorruptRecordError)
  await expect(compacted).rejects.toMatchObject({ document: 'a', position: 2 })
  expect(await store.log.load('a')).toMatchObject({ checkpoint: undefined, entries: [{}, {}, {}] })
  // The thread goes on with others.
  await store.catalog.create({ id: 'b', title: '', createdBy: '', at: 1 })
  const { head } = await store.log.load('b')
  await appendUpdate(store, 'b', head.epoch, textUpdate('well', 3))
  expect(await compactor.compact('b')).toBe('done')
  await compactor.close()
})

test('R9: updates that contradict what waited are compacted, and compacting them gives what replaying them gives', async () => {
  const store = new MemoryStore()
  const epoch = await begin(store, 'a')
  await appendUpdate(store, 'a', epoch, textUpdate('before', 2))
  for (const update of contradicting) await appendUpdate(store, 'a', epoch, update)
  await appendUpdate(store, 'a', epoch, textUpdate('after', 3))
  const { entries } = await store.log.load('a')
  const compactor = new Compactor(store.log)
  expect(await compactor.compact('a')).toBe('done')
  const replayed = new Y.Doc()
  for (const { update } of entries) applyWithWaiting(replayed, update)
  const { checkpoint } = await store.log.load('a')
  const compacted = new Y.Doc()
  for (const chunk of checkpoint?.chunks ?? []) applyWithWaiting(compacted, chunk)
  expect(checkpoint?.stateVector).toEqual(Y.encodeStateVector(replayed))
  expect(Y.encodeStateAsUpdate(compacted)).toEqual(Y.encodeStateAsUpdate(replayed))
  expect(compacted.getText('text').toJSON()).toContain('before')
  await compactor.close()
})

test('one document is compacted once at a time, and so many documents at once', async () => {
  const store = new MemoryStore()
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    await appendUpdate(store, id, await begin(store, id), textUpdate(id, 1))
  }
  let loads = 0
  let atOnce = 0
  let most = 0
  const log = overriding(store.log, {
    load: (id) => {
      loads++
      most = Math.max(most, ++atOnce)
      return store.log.load(id)
    },
    replaceCheckpoint: (...parameters) => {
      atOnce--
      return store.log.replaceCheckpoint(...parameters)
    },
  })
  const compactor = new Compactor(log, { concurrency: 2 })
  const ids = ['a', 'a', 'b', 'c', 'a', 'd', 'e', 'b']
  expect(await Promise.all(ids.map((id) => compactor.compact(id)))).toEqual(ids.map(() => 'done'))
  expect({ loads, most }).toEqual({ loads: 5, most: 2 })
  await compactor.close()
})

test('a compactor that is closed gives up what it is making, and the log is as it was', async () => {
  const store = await storeWithText()
  const reached = Promise.withResolvers<void>()
  const log = overriding(store.log, {
    load: (id) => {
      reached.resolve()
      return store.log.load(id)
    },
  })
  const compactor = new Compactor(log, { concurrency: 1 })
  const compactions = [compactor.compact('a'), compactor.compact('b')]
  await reached.promise
  await compactor.close()
  expect(await Promise.all(compactions)).toEqual(['superseded', 'superseded'])
  expect(await compactor.compact('a')).toBe('superseded')
  expect((await store.log.load('a')).checkpoint).toBeUndefined()
})

test('the thread is let go when it is idle, and comes back', async () => {
  const thread = new CompactionThread(0)
  expect(thread.running).toBe(false)
  const rebuilt = await thread.rebuild([{ position: 1, update: textUpdate('hello', 1) }])
  expect(rebuilt.chunks).toHaveLength(1)
  await thread.idle()
  expect(thread.running).toBe(false)
  expect((await thread.rebuild([])).chunks).toHaveLength(1)
  await thread.close()
})

test('L4: what compaction writes stays linear in what is appended', () => {
  for (const keptOf of [0, 0.3, 1]) {
    let [appended, written, tail, checkpoint] = [0, 0, 0, 0]
    for (const piece = 10_000; appended < 200 * minCompactedTailBytes;) {
      appended += piece
      tail += piece
      if (!compactionDue(tail, checkpoint)) continue
      checkpoint += tail * keptOf
      written += checkpoint
      tail = 0
    }
    expect(written).toBeLessThan(3.2 * appended)
  }
  expect(compactionDue(minCompactedTailBytes, 0)).toBe(false)
  expect(compactionDue(minCompactedTailBytes + 1, 0)).toBe(true)
  expect(compactionDue(5_000_000, 10_000_000)).toBe(false)
  expect(compactionDue(5_000_001, 10_000_000)).toBe(true)
})

function makeWriter(clientId: number): { write(at: number, text: string, remove: number): Uint8Array | undefined } {
  const doc = new Y.Doc()
  doc.clientID = clientId
  const text = doc.getText('text')
  return {
    write(at, inserted, remove) {
      let update: Uint8Array | undefined
      doc.once('update', (made: Uint8Array) => (update = made))
      doc.transact(() => {
        text.insert(at % (text.length + 1), inserted)
        text.delete(0, Math.min(remove, text.length))
      })
      return update
    },
  }
}

function textUpdate(text: string, clientId: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = clientId
  doc.getText('text').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

async function storeWithText(): Promise<MemoryStore> {
  const store = new MemoryStore()
  await appendUpdate(store, 'a', await begin(store, 'a'), textUpdate('hello', 1))
  return store
}

async function appendUpdate({ log }: Store, id: string, epoch: string, update: Uint8Array): Promise<void> {
  await log.append(id, { epoch, token: randomUUID(), entries: [{ update, actor: 'x', at: 1 }] })
}

/** What a log holds, as Yjs sees it: text, state vector, and which clients' updates wait for others. */
function stateOf(from: LoadedDocument | { updates: Uint8Array[] }): {
  text: string
  vector: unknown
  waiting: unknown
} {
  const doc = new Y.Doc()
  const updates =
    'updates' in from ? from.updates : [...(from.checkpoint?.chunks ?? []), ...from.entries.map(({ update }) => update)]
  for (const update of updates) Y.applyUpdate(doc, update)
  return {
    text: doc.getText('text').toJSON(),
    vector: [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b),
    waiting: [...(doc.store.pendingStructs?.missing ?? [])].sort(([a], [b]) => a - b),
  }
}

function overriding(log: DocumentLog, methods: Partial<DocumentLog>): DocumentLog {
  return {
    load: (id) => log.load(id),
    append: (id, request) => log.append(id, request),
    read: (id, from) => log.read(id, from),
    replaceCheckpoint: (...parameters) => log.replaceCheckpoint(...parameters),
    heads: (ids) => log.heads(ids),
    begin: (id, lost, at) => log.begin(id, lost, at),
    ...methods,
  }
}

/** Lets nobody through before so many are there. */
function barrier(count: number): () => Promise<void> {
  const all = Promise.withResolvers<void>()
  let there = 0
  return () => {
    if (++there === count) all.resolve()
    return all.promise
  }
}
