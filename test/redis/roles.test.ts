/** Nodes that serve a part each, on one Redis: real processes. */
import { expect, test } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { exchange, upgradeRequest } from '../../packages/server/test/support/raw-socket.ts'
import { startServer } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'

test('an edge serves the API and no documents, a sync node documents and no API', async () => {
  await using redis = await RedisServer.start(...durableSettings)
  const serve = { store: redis.url, built: true } as const
  await using edge = await startServer({ ...serve, args: ['--role', 'edge'] })
  await using sync = await startServer({ ...serve, args: ['--role', 'sync'] })
  expect(await edge.logged('listening')).toMatchObject({ role: 'edge' })
  expect(await sync.logged('listening')).toMatchObject({ role: 'sync' })

  const body = JSON.stringify({ id: 'minutes', title: 'Minutes' })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${edge.url}/api/v1/documents`, { method: 'POST', headers, body })).status).toBe(201)
  using editor = new StockEditor(WebsocketProvider, sync.webSocketUrl, 'minutes')
  await editor.synced()
  editor.text.insert(0, 'hello')
  const listed = async (): Promise<unknown> => (await fetch(`${edge.url}/api/v1/documents/minutes`)).json()
  await expect.poll(listed).toMatchObject({ title: 'Minutes', bytes: expect.any(Number) })

  const refused = await exchange(Number(new URL(edge.url).port), upgradeRequest('/sync/minutes'))
  expect(refused.status).toBe(404)
  expect(refused.heard).toContain(
    'this node has the role edge and opens no documents: nodes of the role sync or all do',
  )
  for (const path of ['/api/v1/documents', '/', '/d/minutes']) {
    const answer = await fetch(sync.url + path)
    expect([answer.status, answer.headers.get('content-type')], path).toEqual([404, 'application/problem+json'])
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('this node has the role sync') })
  }
  const metrics = await (await fetch(`${sync.url}/metrics`)).text()
  expect(metrics).toMatch(/^weft_connections 1$/m)
  expect(metrics).toMatch(/^weft_documents_open 1$/m)
  expect(metrics).toMatch(/^weft_appends_total{outcome="durable"} [1-9]/m)
  expect(await (await fetch(`${edge.url}/metrics`)).text()).toMatch(/^weft_connections 0$/m)

  const readiness = async (url: string): Promise<unknown> => {
    const answer = await fetch(`${url}/readyz`)
    return [answer.status, await answer.json()]
  }
  for (const { url } of [edge, sync])
    expect(await readiness(url)).toEqual([200, { ready: true, store: 'ok', draining: false }])
  await redis.kill()
  await expect.poll(() => readiness(edge.url)).toEqual([503, { ready: false, store: 'lost', draining: false }])
  await expect.poll(() => readiness(sync.url)).toEqual([200, { ready: true, store: 'lost', draining: false }])
  await redis.restart()
  await expect.poll(() => readiness(edge.url), { timeout: 20_000 }).toMatchObject([200, { store: 'ok' }])
  await expect.poll(() => readiness(sync.url), { timeout: 20_000 }).toMatchObject([200, { store: 'ok' }])
  for (const node of [edge, sync]) expect(await node.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})
