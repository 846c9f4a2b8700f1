import { MemoryStore } from '@weft/persistence'
import { encodeUpdate } from '@weft/protocol'
import { documentSummarySchema, fileListSchema, type FileSummary, fileSummarySchema } from '@weft/protocol/http'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { connection: 'close' } })

test('a document begins with content, which is saved when it is answered', async () => {
  const store = new MemoryStore()
  await using server = await startTestServer({ openStore: store })
  const documents = `${server.url}/api/v1/documents`
  const created = await post(documents, { id: 'a', title: 'A', content: '# Hi', format: 'markdown' })
  expect(created.status).toBe(201)
  expect(documentSummarySchema.parse(await created.json())).toMatchObject({ id: 'a', title: 'A' })
  expect((await store.log.load('a')).entries).toHaveLength(1)
  expect(await (await fetch(`${documents}/a/content?as=html`)).text()).toBe('<h1>Hi</h1>')
})

test('what cannot be read as content leaves no document behind', async () => {
  await using server = await startTestServer()
  const documents = `${server.url}/api/v1/documents`
  const deep = { id: 'b', content: '<blockquote>'.repeat(50_000), format: 'html' }
  expect((await post(documents, deep)).status).toBe(422)
  expect((await post(documents, { id: 'b', content: 1 })).status).toBe(400)
  expect((await fetch(`${documents}/b`)).status).toBe(404)
})

test('a copy holds what the document holds, and is another document', async () => {
  await using server = await startTestServer()
  const documents = `${server.url}/api/v1/documents`
  await post(documents, { id: 'team/a', title: 'A', content: 'one', format: 'text' })
  const writer = await SocketClient.open(`${server.webSocketUrl}/sync/team%2Fa`)
  const more = new Y.Doc()
  more.getMap('data').set('k', 'v')
  writer.send(encodeUpdate(Y.encodeStateAsUpdate(more)))
  const read = async (id: string, field: string): Promise<string> =>
    await (await fetch(`${documents}/${id}/content?as=json&field=${field}`)).text()
  await expect.poll(() => read('team%2Fa', 'data')).toBe('{"k":"v"}')

  const copied = await post(`${documents}/team%2Fa/copy`, { id: 'copy' })
  expect([copied.status, copied.headers.get('location')]).toEqual([201, '/api/v1/documents/copy'])
  expect(await copied.json()).toMatchObject({ id: 'copy', title: 'A' })
  expect(await read('copy', 'data')).toBe('{"k":"v"}')
  expect(await read('copy', 'default')).toBe(await read('team%2Fa', 'default'))
  await fetch(`${documents}/copy/content`, { method: 'POST', body: 'two', headers: { 'content-type': 'text/plain' } })
  expect(await (await fetch(`${documents}/team%2Fa/content?as=text`)).text()).toBe('one')

  expect((await post(`${documents}/team%2Fa/copy`, { id: 'copy' })).status).toBe(409)
  expect((await post(`${documents}/missing/copy`, {})).status).toBe(404)
  expect((await post(`${documents}/team%2Fa/copy`, { id: '..' })).status).toBe(400)
  expect(await (await post(`${documents}/team%2Fa/copy`, { title: 'B' })).json()).toMatchObject({ title: 'B' })
})

test('a copy has files of its own, which its content shows, also once the document is erased', async () => {
  await using server = await startTestServer({ anonymous: 'admin' })
  const documents = `${server.url}/api/v1/documents`
  await post(documents, { id: 'team/a' })
  const put = async (bytes: string, type: string, name: string): Promise<FileSummary> => {
    const init = { method: 'POST', body: Buffer.from(bytes, 'latin1'), headers: { 'content-type': type } }
    return fileSummarySchema.parse(await (await fetch(`${documents}/team%2Fa/files?name=${name}`, init)).json())
  }
  const image = await put('\x89PNG\r\n\x1a\nrest', 'image/png', 'sketch.png')
  await put('notes', 'text/plain', 'notes.txt')
  const address = server.url + image.path
  const html = `<p><img src="${address}"></p><p><a href="${address}">it</a></p>`
  const headers = { 'content-type': 'text/html' }
  const written = await fetch(`${documents}/team%2Fa/content`, { method: 'POST', body: html, headers })
  expect(written.status).toBe(200)

  expect((await post(`${documents}/team%2Fa/copy`, { id: 'team/b' })).status).toBe(201)
  expect((await fetch(`${documents}/team%2Fa?forever`, { method: 'DELETE' })).status).toBe(204)
  const shown = await (await fetch(`${documents}/team%2Fb/content?as=html`)).text()
  const addresses = shown.match(/(?<=(src|href)=")[^"]+/g) ?? []
  expect(addresses).toHaveLength(2)
  for (const shownAt of addresses) {
    const read = await fetch(shownAt)
    expect([read.status, read.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(await read.text()).toContain('rest')
  }
  const { files } = fileListSchema.parse(await (await fetch(`${documents}/team%2Fb/files`)).json())
  expect(files.map(({ name, type, bytes }) => `${name} ${type} ${bytes}`).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    ['notes.txt text/plain 5', 'sketch.png image/png 12'],
  )
})

test('readers may not create or copy', async () => {
  await using server = await startTestServer({ anonymous: 'read' })
  const documents = `${server.url}/api/v1/documents`
  expect((await post(documents, { content: 'x' })).status).toBe(403)
})
