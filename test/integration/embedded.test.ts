/** Weft in another's server, as docs/embedding.md has it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createWeftHttp } from '@weft/client/http'
import { openDocument, type WeftDocument } from '@weft/client'
import { createWeft, type Weft, type WeftOptions } from '@weft/server'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { until, untilStatus } from '../../packages/client/test/support/until.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step()
})

const writer = { subject: 'ada', access: [{ documents: 'team-a/*', role: 'write' }] } as const
const reader = { subject: 'grace', access: [{ documents: 'team-a/*', role: 'read' }] } as const

async function weftWith(options: Partial<WeftOptions> = {}): Promise<Weft> {
  const authorize = (token: string | undefined) => (token === 'ada' ? writer : token === 'grace' ? reader : undefined)
  const weft = await createWeft({ store: 'memory:', drainWindow: 0, logLevel: 'silent', authorize, ...options })
  cleanUp.push(() => weft.stop())
  return weft
}

async function listen(server: Server, host = '127.0.0.1'): Promise<string> {
  server.listen(0, host)
  await once(server, 'listening')
  cleanUp.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const ownPage = (): Server => createServer((_request, response) => response.end('own page'))

function open(url: string, token: string, id = 'team-a/plan'): WeftDocument {
  const document = openDocument({ url, id, token })
  cleanUp.push(() => document.close())
  return document
}

/** Two people write in one document, and each sees the other's words, saved. */
async function writeTogether(url: string, tokens: readonly [string, string]): Promise<void> {
  const [one, other] = tokens.map((token) => open(url, token))
  if (one === undefined || other === undefined) throw new Error('there are two')
  await Promise.all([untilStatus(one, 'live'), untilStatus(other, 'live')])
  const heard = new Promise((resolve) => other.doc.once('update', resolve))
  one.doc.getText('t').insert(0, 'Hello')
  await heard
  expect(other.doc.getText('t').toJSON()).toBe('Hello')
  await until(one, () => one.state.unsaved === 0)
}

/** The status that an upgrade is refused with. */
function statusOf(socket: WebSocket): Promise<number | undefined> {
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode))
  })
}

describe('Weft on another’s Node server', () => {
  it('answers documents and the API, and leaves everything else to the server', async () => {
    const weft = await weftWith()
    const server = ownPage()
    weft.attach(server)
    const url = await listen(server)
    await writeTogether(url, ['ada', 'ada'])
    const { documents } = await createWeftHttp({ url, token: 'ada' }).listDocuments()
    expect(documents.map(({ id }) => id)).toEqual(['team-a/plan'])
    for (const path of ['/', '/d/team-a/plan', '/api/v2/x', '/apiary', '/sync']) {
      expect(await (await fetch(url + path)).text(), path).toBe('own page')
    }
    expect((await fetch(`${url}/api/v1/nope`, { headers: { authorization: 'Bearer ada' } })).status).toBe(404)
    expect(await (await fetch(`${url}/api`)).text()).toContain('The HTTP API')
  })

  it('lets in whom `authorize` says, with what it says', async () => {
    const weft = await weftWith()
    const server = ownPage()
    weft.attach(server)
    const url = await listen(server)
    const api = (token?: string) => createWeftHttp({ url, token })
    await expect(api().listDocuments()).rejects.toMatchObject({ kind: 'unauthorized' })
    await expect(api('mallory').listDocuments()).rejects.toMatchObject({ kind: 'unauthorized' })
    await expect(api('grace').createDocument({ id: 'team-a/x' })).rejects.toMatchObject({ kind: 'forbidden' })
    await api('ada').createDocument({ id: 'team-a/x' })
    expect(await api('grace').showDocument({ id: 'team-a/x' })).toMatchObject({ createdBy: 'ada' })
    const stranger = open(url, 'mallory')
    await untilStatus(stranger, 'refused')
    expect(stranger.state).toMatchObject({ kind: 'unauthorized' })
    const outside = open(url, 'ada', 'team-b/x')
    await untilStatus(outside, 'refused')
    expect(outside.state).toMatchObject({ kind: 'forbidden' })
  })

  it('an `authorize` that fails lets nobody in, and says to come again', async () => {
    const weft = await weftWith({ authorize: () => Promise.reject(new Error('the sessions are away')) })
    const server = ownPage()
    weft.attach(server)
    const url = await listen(server)
    const asked = createWeftHttp({ url, token: 'ada' }).listDocuments()
    await expect(asked).rejects.toMatchObject({ kind: 'keys-unavailable', status: 503 })
    const pattern = await weftWith({
      authorize: () => ({ subject: 'a', access: [{ documents: 'a b', role: 'read' }] }),
    })
    expect((await pattern.edge.request('/api/v1/documents', { headers: { host: 'x' } })).status).toBe(503)
  })

  it('leaves other WebSockets to those who listen for them, and turns them away where nobody does', async () => {
    const weft = await weftWith()
    const server = ownPage()
    weft.attach(server)
    const url = (await listen(server)).replace('http', 'ws')
    expect(await statusOf(new WebSocket(`${url}/own`))).toBe(404)
    server.on('upgrade', (request, socket) => {
      if (request.url === '/own') socket.end('HTTP/1.1 418 Ours\r\nContent-Length: 0\r\n\r\n')
    })
    expect(await statusOf(new WebSocket(`${url}/own`))).toBe(418)
    const document = open(url, 'ada')
    await untilStatus(document, 'live')
  })

  it('S4: on loopback the Host must be a loopback name, for the API alone; elsewhere any name will do', async () => {
    const ask = async (host: string): Promise<number | undefined> => {
      const weft = await weftWith()
      const server = ownPage()
      weft.attach(server)
      const { port } = new URL(await listen(server, host))
      const request = httpRequest({ port, path: '/api/v1/openapi.json', headers: { host: 'weft.example.org' } }).end()
      return await new Promise((resolve) => {
        request.once('response', (response) => resolve(response.resume().statusCode))
      })
    }
    expect(await ask('127.0.0.1')).toBe(403)
    expect(await ask('0.0.0.0')).toBe(200)
  })

  it('goes down with everything saved, and the server stays', async () => {
    const weft = await weftWith()
    const server = ownPage()
    weft.attach(server)
    const url = await listen(server)
    const document = open(url, 'ada')
    await untilStatus(document, 'live')
    expect(await weft.stop()).toBe(true)
    cleanUp.shift()
    expect(await (await fetch(url)).text()).toBe('own page')
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
  })
})

describe('Weft in another’s Hono app', () => {
  it('answers the API there, asks nothing of other routes, and documents on its server', async () => {
    const weft = await weftWith()
    const app = new Hono().route('/', weft.edge).get('*', (context) => context.text('own page'))
    const listener = getRequestListener(app.fetch)
    const server = createServer((request, response) => void listener(request, response))
    weft.attach(server)
    const url = await listen(server)
    await writeTogether(url, ['ada', 'ada'])
    const own = await app.request('/', { headers: { origin: 'https://elsewhere.example.org' } })
    expect([own.status, await own.text(), own.headers.get('content-security-policy')]).toEqual([200, 'own page', null])
    const headers = { authorization: 'Bearer ada' }
    const list = await app.request('http://localhost/api/v1/documents', { headers: { ...headers, host: 'localhost' } })
    expect(list.status).toBe(200)
  })
})

describe('examples/embedded-server.ts', () => {
  it('runs: a page of its own, a document, and its sessions decide', async () => {
    const path = fileURLToPath(new URL('../../examples/embedded-server.ts', import.meta.url))
    const child: ChildProcess = spawn(process.execPath, [path], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'close')
    cleanUp.push(async () => {
      child.kill('SIGKILL')
      await ended
    })
    if (child.stdout === null) throw new Error('it has an output')
    const [url]: string[] = await once(createInterface(child.stdout), 'line')
    if (url === undefined) throw new Error('it says its URL')
    expect(await (await fetch(url)).text()).toContain('own page')
    await writeTogether(url, ['session-of-ada', 'session-of-grace'])
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})
