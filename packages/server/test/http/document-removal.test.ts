import { MemoryStore } from '@weft/persistence'
import { trashDocumentPageSchema } from '@weft/protocol/http'
import { expect, test } from 'vitest'
import { startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'

const send = (url: string, method: string): Promise<Response> => fetch(url, { method })

test('L5: a document goes into the trash: who has it open is told, nobody opens it, and it is restored as it was', async () => {
  const store = new MemoryStore()
  await using server = await startTestServer({ openStore: store })
  const documents = `${server.url}/api/v1/documents`
  await fetch(documents, { method: 'POST', body: '{"id":"team/a","title":"A","content":"kept"}' })
  const client = await SocketClient.open(`${server.webSocketUrl}/sync/team%2Fa`)
  await client.hear(() => true)
  expect((await send(`${documents}/team%2Fa`, 'DELETE')).status).toBe(204)
  expect(await client.closed).toEqual({ code: 4404, reason: 'trashed' })
  const again = await SocketClient.open(`${server.webSocketUrl}/sync/team%2Fa`)
  expect(await again.closed).toEqual({ code: 4404, reason: 'trashed' })
  expect((await send(`${documents}/team%2Fa`, 'GET')).status).toBe(404)
  const content = await send(`${documents}/team%2Fa/content`, 'GET')
  expect([content.status, await content.json()]).toMatchObject([410, { type: '/problems/trashed' }])
  expect((await send(`${documents}/team%2Fa`, 'DELETE')).status).toBe(410)
  const trash = trashDocumentPageSchema.parse(await (await fetch(`${server.url}/api/v1/trash?prefix=team/`)).json())
  const day = 86_400_000
  const [entry] = trash.documents
  expect(entry).toMatchObject({ id: 'team/a', title: 'A' })
  expect(Date.parse(entry?.erased ?? '') - Date.parse(entry?.trashed ?? '')).toBe(30 * day)

  expect((await send(`${documents}/team%2Fa/restore`, 'POST')).status).toBe(204)
  expect(await (await fetch(`${documents}/team%2Fa/content?as=text`)).text()).toBe('kept')
  expect(await (await fetch(`${server.url}/api/v1/trash`)).json()).toEqual({ documents: [], next: null })
})

test('L5: what is erased is gone for good, whether it was in the trash or not', async () => {
  await using server = await startTestServer({ anonymous: 'admin', trashRetention: 0 })
  const documents = `${server.url}/api/v1/documents`
  for (const id of ['open', 'trashed']) await fetch(documents, { method: 'POST', body: JSON.stringify({ id }) })
  const client = await SocketClient.open(`${server.webSocketUrl}/sync/open`)
  await client.hear(() => true)
  await send(`${documents}/trashed`, 'DELETE')
  const { documents: kept } = trashDocumentPageSchema.parse(await (await fetch(`${server.url}/api/v1/trash`)).json())
  expect(kept).toMatchObject([{ id: 'trashed', erased: null }])
  for (const [id, query] of [
    ['open', 'forever'],
    ['trashed', 'forever=true'],
  ]) {
    expect((await send(`${documents}/${id}?${query}`, 'DELETE')).status).toBe(204)
    expect((await send(`${documents}/${id}/restore`, 'POST')).status).toBe(410)
  }
  expect(await client.closed).toEqual({ code: 4404, reason: 'deleted' })
})

test.each([
  ['read', 'DELETE', '/documents/a', 403],
  ['read', 'POST', '/documents/a/restore', 403],
  ['write', 'DELETE', '/documents/a?forever', 403],
  ['write', 'DELETE', '/documents/missing', 404],
  ['write', 'POST', '/documents/missing/restore', 404],
  ['write', 'DELETE', '/documents/a?forever=perhaps', 400],
  ['write', 'GET', '/trash?limit=0', 400],
  ['write', 'GET', '/trash?limit=-1', 400],
  ['write', 'GET', '/trash?limit=1000000000', 400],
  ['write', 'GET', '/trash?cursor=made-up', 400],
] as const)('E2: who may %s is answered %s %s with %s', async (anonymous, method, path, status) => {
  const store = new MemoryStore()
  await store.catalog.create({ id: 'a', title: '', createdBy: 'x', at: 1 })
  await using server = await startTestServer({ openStore: store, anonymous })
  expect((await send(`${server.url}/api/v1${path}`, method)).status).toBe(status)
})
