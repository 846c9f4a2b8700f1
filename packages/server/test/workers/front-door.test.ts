import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FrontDoor } from '../../src/workers/front-door.ts'

interface Given {
  readonly connection: Socket
  readonly document: string | undefined
  readonly head: string
}

let door: FrontDoor
let port: number
let given: Given[]
let clients: Socket[]

beforeEach(async () => {
  door = new FrontDoor()
  given = []
  clients = []
  port = Number(new URL(await door.open({ host: '127.0.0.1', port: 0 })).port)
})
afterEach(() => {
  door.close()
  for (const client of clients) client.destroy()
  for (const { connection } of given) connection.destroy()
})

function takeAll(): void {
  door.give((connection, document, head) => {
    given.push({ connection, document, head: head.toString() })
    return true
  })
}

async function say(text: string): Promise<Socket> {
  const client = connect(port, '127.0.0.1')
  client.on('error', () => {})
  clients.push(client)
  await once(client, 'connect')
  client.write(text)
  return client
}

describe('what a connection is about', () => {
  it.each([
    ['GET /sync/team/plan HTTP/1.1\r\nHost: here\r\n\r\n', 'team/plan'],
    ['GET /sync/team%2Fplan?token=a HTTP/1.1\r\nHost: here\r\n\r\n', 'team/plan'],
    ['GET /sync/ HTTP/1.1\r\nHost: here\r\n\r\n', undefined],
    ['GET /api/v1/documents HTTP/1.1\r\n\r\n', undefined],
    ['POST /sync/plan HTTP/1.1\r\n\r\n', undefined],
    ['GET /sync/pl', undefined],
    ['\u0000\u0001\u0002', undefined],
  ])('is told by its first line: %j', async (text, document) => {
    takeAll()
    await say(text)
    await expect.poll(() => given).toMatchObject([{ document, head: text }])
  })

  it('whatever follows the first piece stays in the connection, for who is given it', async () => {
    takeAll()
    const first = 'GET /sync/plan HTTP/1.1\r\n\r\n'
    const client = await say(first)
    await expect.poll(() => given.length).toBe(1)
    client.write('and more')
    // When another one's first word was read, this one's second would have been too.
    await say('GET /sync/other HTTP/1.1\r\n\r\n')
    await expect.poll(() => given.length).toBe(2)
    const [{ connection } = { connection: undefined }] = given
    // What was read already is the head; the rest was left where it is.
    expect(connection?.bytesRead).toBe(first.length)
    expect(connection?.isPaused()).toBe(true)
  })
})

describe('where nobody is up', () => {
  it('says that one should come back', async () => {
    const client = await say('GET /readyz HTTP/1.1\r\nHost: here\r\n\r\n')
    let answer = ''
    client.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    await once(client, 'close')
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 503 .*Retry-After: 1/s)
    expect(head).toContain('Content-Type: application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/store-unavailable', status: 503 })
  })
})

describe('bad input', () => {
  it('who leaves at once, or never says a word, costs nobody anything', async () => {
    takeAll()
    const silent = await say('')
    for (let i = 0; i < 20; i++) (await say('GET /sync/plan HTTP/1.1\r\n\r\n')).resetAndDestroy()
    await say('GET /sync/last HTTP/1.1\r\n\r\n')
    await expect.poll(() => given.at(-1)?.document).toBe('last')
    expect(given.every(({ document }) => document !== undefined)).toBe(true)
    const closed = once(silent.resume(), 'close')
    door.close()
    await closed
  })
})
