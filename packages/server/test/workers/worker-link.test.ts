import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createDoor, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FromWorker } from '../../src/workers/messages.ts'
import { WorkerLink } from '../../src/workers/worker-link.ts'

let said: FromWorker[]
let tell: (message: unknown, handle?: unknown) => void
let lose: () => void
let link: WorkerLink
let server: Server

beforeEach(() => {
  said = []
  link = new WorkerLink(2, {
    send: (message, done) => {
      said.push(message)
      done?.()
    },
    onMessage: (hear) => (tell = hear),
    onGone: (gone) => (lose = gone),
  })
  server = createServer({ headersTimeout: 50, connectionsCheckingInterval: 10 }, (request, response) => {
    response.end(`you asked for ${request.url}`)
  })
})
afterEach(() => {
  server.close()
  server.closeAllConnections()
})

/** Gives the worker a connection of which something was read already. Returns the client's end. */
async function give(head: string): Promise<Socket> {
  const door = createDoor().listen(0, '127.0.0.1')
  await once(door, 'listening')
  const address = door.address()
  const accepting = once(door, 'connection')
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  const [accepted] = await accepting
  tell({ type: 'connection', head }, accepted)
  door.close()
  return client
}

async function answerTo(client: Socket): Promise<string> {
  let text = ''
  client.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(client, 'close')
  return text
}

async function taking(): Promise<string> {
  const url = link.takeConnections(server)
  expect(said).toEqual([{ type: 'up' }])
  tell({ type: 'welcome', url: 'http://here' })
  return await url
}

test('a connection is answered from its first byte on, and counted when it comes and goes', async () => {
  expect(await taking()).toBe('http://here')
  const client = await give('GET /plan HT')
  client.end('TP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n')
  expect(await answerTo(client)).toContain('you asked for /plan')
  const counts = (): FromWorker[] => said.filter(({ type }) => type === 'count')
  await expect.poll(() => counts().reduce((sum, count) => sum + (count.type === 'count' ? count.left : 0), 0)).toBe(1)
  expect(counts()[0]).toMatchObject({ came: 1 })
})

test('a connection that never finishes its request is ended, as one that the server accepted itself', async () => {
  await taking()
  const client = await give('GET /plan HTTP/1.1\r\nHos')
  expect(await answerTo(client)).toMatch(/^HTTP\/1\.1 408 /)
})

test('a connection that was over before it came is counted as gone', async () => {
  await taking()
  tell({ type: 'connection', head: '' })
  await expect.poll(() => said.at(-1)).toEqual({ type: 'count', came: 1, left: 1 })
})

test.each([
  ['it is told to', () => tell({ type: 'stop' })],
  ['the primary is no more', () => lose()],
  ['it was signalled itself, which it says', () => link.leave()],
])('goes down where %s', async (_name, happen) => {
  happen()
  await link.stop
  expect(said).toEqual(_name.startsWith('it was signalled') ? [{ type: 'leaving' }] : [])
})

test('metrics are read for who asks, and asked of the primary', async () => {
  const read = link.shareMetrics(() => Promise.resolve('own'))
  tell({ type: 'read-metrics', id: 9 })
  await expect.poll(() => said).toEqual([{ type: 'metrics', id: 9, text: 'own' }])
  const all = read()
  expect(said.at(-1)).toEqual({ type: 'ask-metrics', id: 1 })
  tell({ type: 'all-metrics', id: 1, text: 'own and others' })
  expect(await all).toBe('own and others')
})
