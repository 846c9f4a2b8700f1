import 'fake-indexeddb/auto'
import { encodeEpoch, encodeSyncStep1 } from '@weft/protocol'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { deleteSetAsideCopy, openDocument, readSetAsideCopies } from '../src/index.ts'
import { useHarness } from './support/harness.ts'
import { afterAllSent, untilStatus, untilUnsaved } from './support/until.ts'

const harness = useHarness()

test('offline edits survive a reload, still count as unsaved, and go out with the next step 2', async () => {
  const first = harness().open({ id: 'reload' })
  expect(first.offlineCopy).toBe('loading')
  const text = first.doc.getText('note')
  text.insert(0, 'before it was loaded ')
  await first.loaded
  expect(first.offlineCopy).toBe('kept')
  text.insert(text.length, 'and after')
  await harness().server.connection()
  await first.close()

  const second = harness().open({ id: 'reload' })
  await second.loaded
  expect(second.state.unsaved).toBe(2)
  expect(second.doc.getText('note').toJSON()).toBe('before it was loaded and after')
  const connection = await harness().server.connection()
  const server = new Y.Doc()
  await connection.welcome(server)
  second.doc.getText('note').insert(0, '3 ')
  expect(second.state.unsaved).toBe(3)
  connection.saved(1)
  await untilUnsaved(second, 1)
  connection.saved(2)
  await untilUnsaved(second, 0)
  await second.close()
  for (const update of connection.updates) Y.applyUpdate(server, update)
  expect(server.getText('note').toJSON()).toBe('3 before it was loaded and after')

  const third = harness().open({ id: 'reload' })
  await third.loaded
  expect(third.state.unsaved).toBe(0)
  expect(third.doc.getText('note').toJSON()).toBe('3 before it was loaded and after')
})

test('a page that just goes away leaves its edits and their mark', async () => {
  const first = harness().open({ id: 'crash' })
  await first.loaded
  first.doc.getText('note').insert(0, 'abc')
  first.doc.getText('note').insert(3, 'def')
  await harness().server.connection()
  const second = harness().open({ id: 'crash' })
  await second.loaded
  expect(second.doc.getText('note').toJSON()).toBe('abcdef')
  expect(second.state.unsaved).toBe(2)
  const connection = await harness().server.connection()
  connection.saved(0)
  await afterAllSent(second, connection)
  await second.close()
  const third = harness().open({ id: 'crash' })
  await third.loaded
  expect(third.state.unsaved).toBe(2)
})

test('R2: two tabs: one that saves what it found does not call saved what the other wrote since', async () => {
  const { server } = harness()
  const writer = harness().open({ id: 'tabs' })
  await writer.loaded
  const writersLine = await server.connection()
  writer.doc.getText('note').insert(0, 'a')
  const saver = harness().open({ id: 'tabs' })
  await saver.loaded
  expect(saver.state.unsaved).toBe(1)
  writer.doc.getText('note').insert(1, 'b')
  const connection = await server.connection()
  await connection.welcome(new Y.Doc())
  connection.saved(1)
  await untilUnsaved(saver, 0)
  await saver.close()
  const late = harness().open({ id: 'tabs' })
  await late.loaded
  expect(late.doc.getText('note').toJSON()).toBe('ab')
  expect(late.state.unsaved).toBe(1)
  await writersLine.welcome(new Y.Doc())
  writersLine.saved(1)
  await untilUnsaved(writer, 0)
  await writer.close()
  const last = harness().open({ id: 'tabs' })
  await last.loaded
  expect(last.state.unsaved).toBe(0)
})

test('what others wrote is kept too, and many records are merged into one', async () => {
  const first = harness().open({ id: 'many' })
  const connection = await harness().server.connection()
  const doc = new Y.Doc()
  doc.getText('note').insert(0, 'theirs ')
  await connection.welcome(doc)
  await first.synced
  for (let i = 0; i < 1200; i++) first.doc.getText('note').insert(0, 'x')
  await first.close()
  const second = harness().open({ id: 'many' })
  await second.loaded
  expect(second.doc.getText('note').toJSON()).toBe(`${'x'.repeat(1200)}theirs `)
  expect(second.state.unsaved).toBe(1200)
  const name = `weft:${harness().server.url}/sync/many`
  const opened = indexedDB.open(name)
  await new Promise((resolve) => opened.addEventListener('success', resolve))
  const count = opened.result.transaction('updates').objectStore('updates').count()
  await new Promise((resolve) => count.addEventListener('success', resolve))
  expect(count.result).toBeLessThan(800)
  opened.result.close()
})

test('a document whose log was lost and put back is the same document, and gets what was kept for it', async () => {
  const { server } = harness()
  const id = 'put-back'
  const before = harness().open({ id })
  const first = await server.connection()
  await first.welcome(new Y.Doc(), '0.kitten.one')
  await before.synced
  before.doc.getText('note').insert(0, 'kept')
  await before.close()

  const document = harness().open({ id })
  const second = await server.connection()
  const restored = new Y.Doc()
  await second.welcome(restored, '0.kitten.two')
  await document.synced
  expect(document.state.status).not.toBe('refused')
  expect(document.doc.getText('note').toJSON()).toBe('kept')
  await document.close()
  expect(await readSetAsideCopies({ url: server.url, id })).toEqual([])
})

test('a document that was made anew is not merged: the copy is set aside, the next session begins empty', async () => {
  const { server } = harness()
  const id = 'anew'
  const before = harness().open({ id })
  const first = await server.connection()
  await first.welcome(new Y.Doc(), 'life-1')
  await before.synced
  before.doc.getText('note').insert(0, 'old text')
  await before.close()

  const document = harness().open({ id })
  const second = await server.connection()
  await second.find('epoch')
  const successor = new Y.Doc()
  successor.getText('note').insert(0, 'new text')
  second.send(encodeEpoch('life-2'), encodeSyncStep1(Y.encodeStateVector(successor)))
  await untilStatus(document, 'refused')
  await second.closed
  expect(document.state).toMatchObject({ status: 'refused', kind: 'replaced', unsaved: 1 })
  expect(second.updates).toEqual([])
  expect(document.doc.getText('note').toJSON()).toBe('old text')
  document.doc.getText('note').insert(0, 'still ')
  await document.close()

  const copies = await readSetAsideCopies({ url: server.url, id })
  expect(copies).toMatchObject([{ epoch: 'life-1', unsaved: 2, at: harness().clock.now() }])
  const old = new Y.Doc()
  for (const { update } of copies) Y.applyUpdate(old, update)
  expect(old.getText('note').toJSON()).toBe('still old text')

  const next = harness().open({ id })
  await next.loaded
  expect(next.state.unsaved).toBe(0)
  const third = await server.connection()
  await third.welcome(successor, 'life-2')
  await next.synced
  expect(third.heard.some(({ type }) => type === 'epoch')).toBe(false)
  expect(next.doc.getText('note').toJSON()).toBe('new text')
  await deleteSetAsideCopy({ url: server.url, id, epoch: 'life-2' })
  await deleteSetAsideCopy({ url: server.url, id, epoch: 'life-1' })
  expect(await readSetAsideCopies({ url: server.url, id })).toEqual([])
  await next.close()
  const last = harness().open({ id })
  await last.loaded
  expect(last.doc.getText('note').toJSON()).toBe('new text')
})

test('a tab that still has the old document open does not mix it with the successor', async () => {
  const { server } = harness()
  const id = 'old-tab'
  const old = harness().open({ id })
  const first = await server.connection()
  await first.welcome(new Y.Doc(), 'life-1')
  await old.synced
  first.close(4404, 'replaced')
  await untilStatus(old, 'refused')
  const next = harness().open({ id })
  const successor = new Y.Doc()
  successor.getText('note').insert(0, 'new text')
  await (await server.connection()).welcome(successor, 'life-2')
  await next.synced
  // Enough for its records to be merged.
  for (let i = 0; i < 600; i++) old.doc.getText('note').insert(0, 'x')
  await old.close()
  expect(old.doc.getText('note').toJSON()).toBe('x'.repeat(600))
  await next.close()
  const last = harness().open({ id })
  await last.loaded
  expect(last.doc.getText('note').toJSON()).toBe('new text')
})

test('tabs of one browser hear of each other through the server only, so that saved counts every edit', async () => {
  const one = harness().open({ id: 'through-the-server' })
  const line = await harness().server.connection()
  const other = harness().open({ id: 'through-the-server' })
  await Promise.all([one.loaded, other.loaded, harness().server.connection()])
  await line.welcome(new Y.Doc())
  let heard = 0
  other.doc.on('update', () => heard++)
  one.doc.getText('note').insert(0, 'x')
  await line.find('update')
  // Closing writes what there is to write, which gives a message between tabs all the time it needs.
  await one.close()
  await other.close()
  expect(heard).toBe(0)
})

test('the server that closes with 4404 replaced sets the copy aside too', async () => {
  const { server } = harness()
  const document = harness().open({ id: 'closed-replaced' })
  const first = await server.connection()
  await first.welcome(new Y.Doc(), 'life-1')
  await document.synced
  document.doc.getText('note').insert(0, 'old')
  first.cut()
  await untilStatus(document, 'offline')
  document.reconnect()
  const second = await server.connection()
  second.close(4404, 'replaced')
  await untilStatus(document, 'refused')
  await document.close()
  expect(await readSetAsideCopies({ url: server.url, id: 'closed-replaced' })).toMatchObject([{ epoch: 'life-1' }])
})

test('two servers do not share a copy; http and ws are one server', async () => {
  const document = harness().open({ id: 'servers' })
  await document.loaded
  document.doc.getText('note').insert(0, 'here')
  await document.close()
  const { clock } = harness()
  const elsewhere = openDocument({ url: 'ws://127.0.0.1:1/', id: 'servers', clock })
  await elsewhere.loaded
  expect(elsewhere.doc.getText('note').toJSON()).toBe('')
  await elsewhere.close()
  const same = harness().open({ id: 'servers', url: harness().server.url.replace('ws:', 'http:') })
  await same.loaded
  expect(same.doc.getText('note').toJSON()).toBe('here')
})

test('offline: false keeps nothing and says so', async () => {
  const document = harness().open({ id: 'none', offline: false })
  expect(document.offlineCopy).toBe('unavailable')
  await document.loaded
  document.doc.getText('note').insert(0, 'x')
  await document.close()
  const again = harness().open({ id: 'none' })
  await again.loaded
  expect(again.doc.getText('note').toJSON()).toBe('')
})

test('a database that goes away is told as it is, and the connection goes on', async () => {
  const document = harness().open({ id: 'taken-away' })
  const connection = await harness().server.connection()
  await connection.welcome(new Y.Doc())
  await document.synced
  const told = new Promise<void>((resolve) => {
    document.subscribe(() => {
      if (document.offlineCopy === 'unavailable') resolve()
    })
  })
  indexedDB.deleteDatabase(`weft:${harness().server.url}/sync/taken-away`)
  await told
  document.doc.getText('note').insert(0, 'x')
  await afterAllSent(document, connection)
  expect(document.state).toEqual({ status: 'live', unsaved: 1 })
})

test('a database that never opens is given up after a while', async () => {
  const name = `weft:${harness().server.url}/sync/stuck`
  const holder = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(name, 1)
    opening.addEventListener('success', () => resolve(opening.result))
  })
  // It waits for the holder, and all that come later wait for it.
  const upgrade = indexedDB.open(name, 2)
  const document = harness().open({ id: 'stuck' })
  harness().clock.advance(5_000)
  await document.loaded
  expect(document.offlineCopy).toBe('unavailable')
  await (await harness().server.connection()).welcome(new Y.Doc())
  await untilStatus(document, 'live')
  const upgraded = new Promise<void>((resolve) => upgrade.addEventListener('success', () => resolve()))
  holder.close()
  await upgraded
  upgrade.result.close()
})
