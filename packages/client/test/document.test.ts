import { encodeError, encodeSaved, encodeSyncStep1, encodeUpdate, personOf } from '@weft/protocol'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { openDocument } from '../src/index.ts'
import { useHarness } from './support/harness.ts'
import { afterAllSent, until, untilStatus, untilUnsaved } from './support/until.ts'

const harness = useHarness()

test('opens under /sync, offers weft.1, and goes from connecting over syncing to live', async () => {
  const seen: string[] = []
  const document = harness().open({ id: 'team-a/notes' })
  seen.push(document.state.status)
  document.subscribe(() => seen.push(document.state.status))
  const connection = await harness().server.connection()
  expect(connection.path).toBe('/sync/team-a/notes')
  expect(connection.offered).toEqual(['weft.1'])
  const doc = new Y.Doc()
  doc.getText('note').insert(0, 'hello')
  await connection.welcome(doc)
  await document.synced
  expect(document.doc.getText('note').toJSON()).toBe('hello')
  expect(document.state).toEqual({ status: 'live', unsaved: 0 })
  expect(new Set(seen)).toEqual(new Set(['connecting', 'syncing', 'live']))
  expect(document.offlineCopy).toBe('unavailable')
})

test.for([
  ['http://example.org', 'a//b'],
  ['http://example.org', ''],
  ['http://example.org', 'x'.repeat(257)],
])('an id that is none is refused at once: %s %s', ([url = '', id = '']) => {
  expect(() => openDocument({ url, id })).toThrow(/id must be 1 to 256 characters/)
})

test.for(['example.org', '/sync', 'ftp://example.org', 'http://example.org?x=1', 'http://example.org#x'])(
  'a url that is no base is refused at once: %s',
  (url) => {
    expect(() => openDocument({ url, id: 'a' })).toThrow(/url must be the server's base/)
  },
)

test('the user is shown to others', async () => {
  harness().open({ user: { name: 'Ada', color: '#aa3355' } })
  const connection = await harness().server.connection()
  const { entries } = await connection.find('awareness')
  expect(entries.map(({ json }) => personOf(JSON.parse(json)))).toEqual([{ name: 'Ada', color: '#aa3355' }])
})

test('R2: edits count until the server calls their frames saved', async () => {
  const document = harness().open()
  const connection = await harness().server.connection()
  await connection.welcome(new Y.Doc())
  await document.synced
  const text = document.doc.getText('note')
  text.insert(0, 'a')
  text.insert(1, 'b')
  text.delete(0, 1)
  document.doc.transact(() => {})
  expect(document.state).toEqual({ status: 'live', unsaved: 3 })
  connection.saved(2)
  await untilUnsaved(document, 2)
  connection.saved(4)
  await untilUnsaved(document, 0)
  expect(document.state.status).toBe('live')
})

test("R2: others' updates are not counted as changes", async () => {
  const document = harness().open()
  const connection = await harness().server.connection()
  const doc = new Y.Doc()
  await connection.welcome(doc)
  doc.on('update', (update) => connection.send(encodeUpdate(update)))
  const arrived = new Promise((resolve) => document.doc.once('update', resolve))
  doc.getText('note').insert(0, 'from elsewhere')
  await arrived
  expect(document.state.unsaved).toBe(0)
})

test('R2: edits made before the connection and before its first step 2 wait for that step 2', async () => {
  const document = harness().open()
  const text = document.doc.getText('note')
  text.insert(0, 'a')
  const connection = await harness().server.connection()
  await untilStatus(document, 'syncing')
  text.insert(1, 'b')
  expect(document.state.unsaved).toBe(2)
  // The server has not asked for anything yet, and a lone update would build on what it lacks.
  connection.send(encodeSaved(0))
  await connection.welcome(new Y.Doc())
  expect(connection.updates).toHaveLength(1)
  text.insert(2, 'c')
  expect(document.state.unsaved).toBe(3)
  connection.saved(1)
  await untilUnsaved(document, 1)
  connection.saved(2)
  await untilUnsaved(document, 0)
  await connection.find('update')
  const server = new Y.Doc()
  for (const update of connection.updates) Y.applyUpdate(server, update)
  expect(server.getText('note').toJSON()).toBe('abc')
})

test('R2: a new connection counts from 0, and its step 2 brings what was not saved', async () => {
  const document = harness().open()
  const first = await harness().server.connection()
  await first.welcome(new Y.Doc())
  await document.synced
  document.doc.getText('note').insert(0, 'a')
  await first.find('update')
  first.cut()
  await untilStatus(document, 'offline')
  document.doc.getText('note').insert(1, 'b')
  expect(document.state.unsaved).toBe(2)
  harness().clock.advance(10_000)
  const second = await harness().server.connection()
  await second.welcome(new Y.Doc())
  expect(document.state.unsaved).toBe(2)
  second.saved(1)
  await untilUnsaved(document, 0)
})

test('the known epoch is the first word of the next connection', async () => {
  const document = harness().open()
  const first = await harness().server.connection()
  await first.welcome(new Y.Doc(), 'life-1')
  await document.synced
  expect(first.heard.some(({ type }) => type === 'epoch')).toBe(false)
  first.cut()
  await untilStatus(document, 'offline')
  harness().clock.advance(10_000)
  const second = await harness().server.connection()
  await second.find('epoch')
  expect(second.heard[0]).toEqual({ type: 'epoch', epoch: 'life-1' })
})

test('R5: a refused frame is shown with its reason, and the connection goes on to bring what others write', async () => {
  const document = harness().open()
  const connection = await harness().server.connection()
  const doc = new Y.Doc()
  await connection.welcome(doc)
  await document.synced
  document.doc.getText('note').insert(0, 'a')
  await connection.find('update')
  connection.send(encodeError('read-only', 'Only editors may write here.', 2))
  await untilStatus(document, 'refused')
  expect(document.state).toEqual({
    status: 'refused',
    kind: 'read-only',
    reason: 'Only editors may write here.',
    unsaved: 1,
  })
  const arrived = new Promise((resolve) => document.doc.once('update', resolve))
  doc.getMap('map').set('x', 1)
  connection.send(encodeUpdate(Y.encodeStateAsUpdate(doc)))
  await arrived
  expect(document.doc.getMap('map').get('x')).toBe(1)
  document.reconnect()
  const next = await harness().server.connection()
  await connection.closed
  await next.welcome(doc)
  await untilStatus(document, 'live')
  expect(document.state.unsaved).toBe(1)
})

test('a frame that the store could not take keeps the document live and unsaved, and a new connection brings it', async () => {
  const document = harness().open()
  const connection = await harness().server.connection()
  const doc = new Y.Doc()
  await connection.welcome(doc)
  await document.synced
  document.doc.getText('note').insert(0, 'a')
  await connection.find('update')
  connection.send(encodeError('store-unavailable', 'The store does not answer.', 2), encodeSaved(1))
  document.doc.getText('note').insert(1, 'b')
  await connection.find('update', 2)
  connection.saved(1)
  await afterAllSent(document, connection)
  expect(document.state).toEqual({ status: 'live', unsaved: 2 })
  connection.send(encodeSyncStep1(Y.encodeStateVector(doc)))
  await connection.closed
  harness().clock.advance(1000)
  const next = await harness().server.connection()
  await next.welcome(doc)
  await untilStatus(document, 'live')
  expect(document.state.unsaved).toBe(2)
  next.saved(1)
  await untilUnsaved(document, 0)
})

test('the state is the same object until it changes', async () => {
  const document = harness().open()
  const connection = await harness().server.connection()
  await connection.welcome(new Y.Doc())
  await document.synced
  const before = document.state
  let calls = 0
  const stop = document.subscribe(() => calls++)
  connection.saved(1)
  connection.saved(1)
  await afterAllSent(document, connection)
  const { state } = document
  expect(state).toBe(before)
  document.doc.getText('note').insert(0, 'a')
  expect(document.state).not.toBe(before)
  expect(calls).toBe(1)
  stop()
  document.doc.getText('note').insert(0, 'b')
  expect(calls).toBe(1)
})

test('closing leaves: the socket closes, the presence is withdrawn, the state says offline', async () => {
  const document = harness().open({ user: { name: 'Ada', color: '#aa3355' } })
  const connection = await harness().server.connection()
  await connection.welcome(new Y.Doc())
  await document.synced
  await document.close()
  await connection.closed
  const { entries } = await connection.find('awareness', 2)
  expect(entries[0]?.json).toBe('null')
  expect(document.state).toEqual({ status: 'offline', unsaved: 0, retryAt: undefined })
  expect(harness().clock.next).toBeUndefined()
  await document.close()
})

test('a text frame and an extension that cannot be read cost the connection, not the process', async () => {
  const document = harness().open()
  const first = await harness().server.connection()
  await first.welcome(new Y.Doc())
  await document.synced
  first.sendText('hello')
  await first.closed
  await untilStatus(document, 'offline')
  harness().clock.advance(10_000)
  const second = await harness().server.connection()
  second.send(new Uint8Array([103, 200]))
  await second.closed
  await until(document, ({ status }) => status === 'offline')
})
