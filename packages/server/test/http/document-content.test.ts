import { EventEmitter } from 'node:events'
import { MemoryStore, type Store } from '@weft/persistence'
import { encodeUpdate } from '@weft/protocol'
import { savedPlaceSchema } from '@weft/protocol/http'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import * as Y from 'yjs'
import { IdentityPolicy } from '../../src/auth/identity-policy.ts'
import { createEdge } from '../../src/http/edge.ts'
import { edgeParts } from '../support/edge-parts.ts'
import { richTextDocument } from '../support/rich-text.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'
import { SlowStore } from '../support/slow-store.ts'
import { SocketClient } from '../support/socket-client.ts'
import { noLinks } from '../support/store-parts.ts'

const documents = '/api/v1/documents'

async function appendTo(store: Store, id: string, doc: Y.Doc): Promise<void> {
  await store.catalog.create({ id, title: '', createdBy: 'ada', at: 1 })
  const { head } = await store.log.load(id)
  const entries = [{ update: Y.encodeStateAsUpdate(doc), actor: 'ada', at: 1 }]
  await store.log.append(id, { epoch: head.epoch, token: 'token', entries })
}

test('E1: a document that nobody has open is read from the log, in every format', async () => {
  const store = new MemoryStore()
  await appendTo(store, 'team/minutes', richTextDocument([['heading', { level: 1 }, 'A & b']]))
  await using server = await startTestServer({ openStore: store })
  const read = async (query: string): Promise<[string | null, string]> => {
    const response = await fetch(`${server.url}${documents}/team%2Fminutes/content${query}`)
    expect(response.status).toBe(200)
    return [response.headers.get('content-type'), await response.text()]
  }
  const json =
    '{"type":"doc","content":[{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"A & b"}]}]}'
  expect(await read('')).toEqual(['application/json', json])
  expect(await read('?as=json&field=default')).toEqual(['application/json', json])
  expect(await read('?as=text')).toEqual(['text/plain; charset=utf-8', 'A & b'])
  expect(await read('?as=html')).toEqual(['text/html; charset=utf-8', '<h1>A &amp; b</h1>'])
  expect(await read('?as=markdown')).toEqual(['text/markdown; charset=utf-8', '# A & b'])
  expect(await read('?as=text&field=empty')).toEqual(['text/plain; charset=utf-8', ''])
  const update = await fetch(`${server.url}${documents}/team%2Fminutes/content?as=update`)
  expect(update.headers.get('content-type')).toBe('application/octet-stream')
  const copy = new Y.Doc()
  Y.applyUpdate(copy, new Uint8Array(await update.arrayBuffer()))
  expect(copy.getXmlFragment('default').toJSON()).toBe('<heading level="1">A & b</heading>')
})

test('what people wrote can do nothing as a page of this origin', async () => {
  const store = new MemoryStore()
  await appendTo(store, 'd', richTextDocument([['paragraph', {}, '<script>']]))
  await using server = await startTestServer({ openStore: store })
  const { headers } = await fetch(`${server.url}${documents}/d/content?as=html`)
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; img-src http: https:; sandbox")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test('an answer’s memory is given back once it is sent, and not before', async () => {
  const bytes = new TextEncoder().encode('{"type":"doc"}')
  const parts = edgeParts(new MemoryStore())
  const policy = new IdentityPolicy({ verifier: undefined, links: noLinks, anonymous: 'read', randomId: () => 'id' })
  const contents = { ...parts.contents, render: async (): Promise<Uint8Array<ArrayBuffer>> => bytes }
  const edge = createEdge({ ...parts, policy, contents })
  const outgoing = new EventEmitter()
  const request = new Request(`http://127.0.0.1:8787${documents}/d/content`, { headers: { host: '127.0.0.1:8787' } })
  const response = await edge.fetch(request, { outgoing })
  expect(await response.text()).toBe('{"type":"doc"}')
  expect(bytes.buffer.byteLength).toBe(14)
  outgoing.emit('finish')
  expect(bytes.buffer.byteLength).toBe(0)
})

test('a document that is open is read from its room, with what is not saved yet', async () => {
  const store = new SlowStore(new MemoryStore(), 'append')
  await using server = await startTestServer({ openStore: store })
  const client = await SocketClient.open(`${server.webSocketUrl}/sync/live`)
  client.send(encodeUpdate(Y.encodeStateAsUpdate(richTextDocument([['paragraph', {}, 'live']]))))
  await store.asked
  expect(await (await fetch(`${server.url}${documents}/live/content?as=text`)).text()).toBe('live')
  store.letGo()
})

test.each([
  ['?as=pdf', 400, 'invalid-request', 'as'],
  ['?field=', 400, 'invalid-request', 'field'],
  [`?field=${'x'.repeat(257)}`, 400, 'invalid-request', 'field'],
  ['', 400, 'invalid-request', 'field'],
])('E2: content%s is a problem that names the field', async (query, status, kind, field) => {
  const several = new Y.Doc()
  several.getMap('a').set('x', 1)
  several.getMap('b').set('x', 1)
  const store = new MemoryStore()
  await appendTo(store, 'd', several)
  await using server = await startTestServer({ openStore: store })
  const response = await fetch(`${server.url}${documents}/d/content${query}`)
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ type: `/problems/${kind}`, errors: [{ field }] })
})

test.each([
  ['missing', 404, 'not-found'],
  ['deleted', 410, 'deleted'],
  ['a%00b', 404, 'invalid-document-id'],
  ['%252e%252e', 404, 'invalid-document-id'],
  ['x'.repeat(257), 404, 'invalid-document-id'],
])('E2: the content of %s is a problem', async (id, status, kind) => {
  const store = new MemoryStore()
  await appendTo(store, 'deleted', new Y.Doc())
  await store.catalog.delete('deleted', 2)
  await using server = await startTestServer({ openStore: store })
  const response = await fetch(`${server.url}${documents}/${id}/content`)
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ type: `/problems/${kind}` })
})

const post = (url: string, body: BodyInit, type = 'application/json'): Promise<Response> =>
  // A connection whose request was too large is closed: no other request may be under way on it.
  fetch(url, { method: 'POST', body, headers: { 'content-type': type, connection: 'close' } })

test('what is written is seen by whoever has the document open, and answered with its place when it is saved', async () => {
  const store = new MemoryStore()
  await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
  await using server = await startTestServer({ openStore: store })
  const content = `${server.url}${documents}/d/content`
  const reader = await SocketClient.open(`${server.webSocketUrl}/sync/d`)
  const heard = reader.hear((frame) => Buffer.from(frame).includes('written over HTTP'))
  const first = await post(content, JSON.stringify({ format: 'markdown', content: '# written over HTTP' }))
  expect([first.status, savedPlaceSchema.parse(await first.json())]).toMatchObject([200, { position: 1 }])
  await heard
  const second = await post(`${content}?mode=append`, 'more', 'text/plain; charset=utf-8')
  expect(await second.json()).toMatchObject({ position: 2 })
  expect((await store.log.load('d')).entries.map(({ actor }) => actor)).toEqual([
    expect.stringMatching(/^anonymous-/),
    expect.stringMatching(/^anonymous-/),
  ])
  expect(await (await fetch(`${content}?as=html`)).text()).toBe('<h1>written over HTTP</h1><p>more</p>')
  await post(`${content}?mode=replace`, '<p>new</p>', 'text/html')
  expect(await (await fetch(`${content}?as=text`)).text()).toBe('new')
})

test('a document that nobody has open is opened, written, and left to its grace', async () => {
  const store = new MemoryStore()
  await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
  await using server = await startTestServer({ openStore: store, emptyRoomGrace: 0 })
  const update = Y.encodeStateAsUpdate(richTextDocument([['paragraph', {}, 'sent']])).slice()
  const answer = await post(`${server.url}${documents}/d/updates`, update, 'application/octet-stream')
  expect([answer.status, await answer.json()]).toMatchObject([200, { position: 1 }])
  await server.captured.logged('document-unloaded')
  const again = await post(`${server.url}${documents}/d/updates`, update, 'application/octet-stream')
  expect([again.status, await again.json()]).toMatchObject([200, { position: 1 }])
})

test('E1: a node without rooms writes into the log', async () => {
  const store = new MemoryStore()
  await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
  await using edge = await startTestServer({ openStore: store, role: 'edge' })
  const answer = await post(`${edge.url}${documents}/d/content`, 'x', 'text/markdown')
  const { head, entries } = await store.log.load('d')
  expect([answer.status, await answer.json()]).toEqual([200, head])
  expect(entries).toHaveLength(1)
  expect(await (await fetch(`${edge.url}${documents}/d/content?as=text`)).text()).toBe('x')
})

const deep = '['.repeat(20_000) + ']'.repeat(20_000)
const octets = 'application/octet-stream'
const unknown = (() => {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, 'a')
  const before = Y.encodeStateVector(doc)
  doc.getText('t').insert(1, 'b')
  return Y.encodeStateAsUpdate(doc, before).slice()
})()
describe('E2: what cannot be written', () => {
  const store = new MemoryStore()
  let server: RunningServer
  beforeAll(async () => {
    const doc = new Y.Doc()
    doc.getMap('data').set('x', 1)
    await appendTo(store, 'd', doc)
    server = await startTestServer({ openStore: store })
  })
  afterAll(async () => {
    await server.stop()
  })

  it.each<[string, string, BodyInit, string, number, string]>([
    ['no JSON', 'content', '{"content":', 'application/json', 400, 'invalid-request'],
    ['JSON nested 20,000 deep', 'content', deep, 'application/json', 400, 'invalid-request'],
    ['no body', 'content', '', 'application/json', 400, 'invalid-request'],
    ['a format that is none', 'content', '{"content":"x","format":"pdf"}', 'application/json', 400, 'invalid-request'],
    ['content that is no text', 'content', '{"content":1,"format":"text"}', 'application/json', 400, 'invalid-request'],
    ['a mode that is none', 'content?mode=prepend', 'x', 'text/plain', 400, 'invalid-request'],
    ['bytes that are no UTF-8', 'content', new Uint8Array([0xff, 0xfe]), 'text/plain', 400, 'invalid-request'],
    ['HTML nested 50,000 deep', 'content?field=default', '<blockquote>'.repeat(50_000), 'text/html', 422, 'too-deep'],
    ['a body past 1 MiB', 'content', 'x'.repeat(1024 * 1024 + 1), 'text/plain', 413, 'message-too-large'],
    ['content for a map', 'content?field=data', 'x', 'text/plain', 409, 'wrong-type'],
    ['an update of another type', 'updates', '{}', 'application/json', 415, 'unsupported-media-type'],
    ['no update', 'updates', new Uint8Array(), octets, 400, 'malformed'],
    ['noise', 'updates', new Uint8Array([1, 2, 3, 4, 255, 255]), octets, 400, 'malformed'],
    ['an update past 16 MiB', 'updates', new Uint8Array(16 * 1024 * 1024 + 1), octets, 413, 'message-too-large'],
    ['an update that builds on what is not there', 'updates', unknown, octets, 409, 'missing-dependencies'],
  ])('E2: %s changes nothing and is a problem', async (_name, path, body, type, status, kind) => {
    const response = await post(`${server.url}${documents}/d/${path}`, body, type)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ type: `/problems/${kind}` })
    expect((await store.log.load('d')).entries).toHaveLength(1)
  })
})

test.each(['content', 'updates'])('readers may not write: %s', async (path) => {
  await using server = await startTestServer({ anonymous: 'read' })
  expect((await post(`${server.url}${documents}/d/${path}`, 'x', 'text/plain')).status).toBe(403)
})
