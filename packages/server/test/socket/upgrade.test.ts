import { expect, it, describe } from 'vitest'
import { exchange, RawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'
import { TierFixture } from '../support/tier-fixture.ts'

/** Sends bytes and breaks the connection at once. */
async function abort(port: number, bytes: string, reset: boolean): Promise<void> {
  const { socket } = await RawSocket.connect(port)
  socket.write(bytes, 'latin1', () => (reset ? socket.resetAndDestroy() : socket.destroy()))
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
}

describe('S0: upgrades that are none', () => {
  it.each<[string, string, number]>([
    ['no Sec-WebSocket-Key', upgradeRequest('/sync/x', { 'Sec-WebSocket-Key': undefined }), 400],
    ['a Sec-WebSocket-Key that is none', upgradeRequest('/sync/x', { 'Sec-WebSocket-Key': 'short' }), 400],
    ['no version', upgradeRequest('/sync/x', { 'Sec-WebSocket-Version': undefined }), 426],
    ['a version of the future', upgradeRequest('/sync/x', { 'Sec-WebSocket-Version': '99' }), 426],
    ['subprotocols that are none', upgradeRequest('/sync/x', { 'Sec-WebSocket-Protocol': 'a,,b' }), 400],
    ['a subprotocol twice', upgradeRequest('/sync/x', { 'Sec-WebSocket-Protocol': 'a, a' }), 400],
    ['another method', upgradeRequest('/sync/x').replace('GET', 'POST'), 405],
    ['two slashes before', upgradeRequest('//sync/x'), 404],
    ['a host in the path', upgradeRequest('//evil.example.com/sync/x'), 404],
    ['a whole address', upgradeRequest('http://127.0.0.1/sync/x'), 404],
    ['no document at all', upgradeRequest('/sync'), 404],
    ['another path', upgradeRequest('/api/v1/documents?token=secret-token'), 404],
    ['a Host that was rebound', upgradeRequest('/sync/x', { Host: 'evil.example.com' }), 403],
    ['a page elsewhere', upgradeRequest('/sync/x', { Origin: 'https://evil.example.com' }), 403],
  ])('S0: %s is answered, makes one line, and costs nobody anything', async (_name, request, status) => {
    await using server = await startTestServer()
    const bystander = await SocketClient.open(`${server.webSocketUrl}/sync/x`)
    const raw = await exchange(server.port, request)
    expect(raw.status).toBe(status)
    expect(server.captured.of('upgrade-refused')).toEqual([expect.objectContaining({ level: 'warn', status })])
    expect(server.captured.text).not.toContain('secret-token')
    expect(bystander.ws.readyState).toBe(bystander.ws.OPEN)
    await bystander.leave()
  })

  it.each([
    ['bytes that no path has', upgradeRequest('/sync/ä'), 400],
    ['what is no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    ['a head of 64 KiB', upgradeRequest(`/sync/${'x'.repeat(65_536)}`), 431],
  ])('S0: %s is answered by the parser, and the server goes on', async (_name, request, status) => {
    await using server = await startTestServer()
    expect((await exchange(server.port, request)).status).toBe(status)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })

  it('S0: an upgrade to something else than a WebSocket is an ordinary request, as HTTP says', async () => {
    await using server = await startTestServer()
    const request = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`
    expect((await exchange(server.port, request)).status).toBe(200)
  })

  it.each(['', '/x', 'a//b', 'a/../b', '..', '%2e%2e', 'a%00', 'a%', 'a%zz', 'a%2Fb%2F', 'x'.repeat(257)])(
    'S0: /sync/%s opens and is closed with 4404: browsers hide every other answer',
    async (rest) => {
      await using server = await startTestServer()
      const raw = await RawSocket.connect(server.port)
      raw.write(upgradeRequest(`/sync/${rest}`))
      await expect.poll(() => raw.heard).toContain('invalid-document-id')
      raw.socket.destroy()
      // The frame behind the answer is a close: its code, then its reason.
      expect(raw.status).toBe(101)
      const frame = Buffer.from(raw.heard.slice(raw.heard.indexOf('\r\n\r\n') + 4), 'latin1')
      expect([frame[0], frame.readUInt16BE(2), frame.toString('latin1', 4)]).toEqual([
        0x88,
        4404,
        'invalid-document-id',
      ])
      expect(server.captured.of('connection-refused')).toHaveLength(1)
    },
  )

  it('S0: one id in two spellings is one document', async () => {
    await using server = await startTestServer()
    const plain = await SocketClient.open(`${server.webSocketUrl}/sync/a/b`)
    const encoded = await SocketClient.open(`${server.webSocketUrl}/sync/a%2Fb?x=%2F`)
    await Promise.all([plain.hear(() => true), encoded.hear(() => true)])
    expect(server.captured.of('document-opened')).toEqual([expect.objectContaining({ document: 'a/b' })])
  })

  it('S0: upgrades aborted at every byte, and 2,000 aborted at once, crash nothing and leave nothing', async () => {
    await using fixture = await TierFixture.open()
    const request = upgradeRequest('/sync/x', { 'Sec-WebSocket-Protocol': 'weft.1' })
    const frame = '\x82\x84\x00\x00\x00\x00\x00\x00\x01\x00'
    const whole = request + frame
    for (let end = 1; end <= whole.length; end++) await abort(fixture.port, whole.slice(0, end), end % 2 === 0)
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => abort(fixture.port, i % 2 === 0 ? request : whole, i % 4 < 2)),
      )
    }
    await expect.poll(() => fixture.tier.size, { timeout: 10_000 }).toBe(0)
    await expect.poll(() => fixture.connections(), { timeout: 10_000 }).toBe(0)
    expect(fixture.failures).toEqual([])
    const client = await SocketClient.open(fixture.url('x'))
    await client.hear(() => true)
    expect(fixture.tier.size).toBe(1)
  })

  it('S0: nor do 1,000 that were about to be turned away', async () => {
    await using fixture = await TierFixture.open()
    const requests = [upgradeRequest('/nope'), upgradeRequest('//sync/x'), upgradeRequest('/sync/x', { Host: 'evil' })]
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => abort(fixture.port, requests[i % 3] ?? '', i % 2 === 0)))
    }
    await expect.poll(() => fixture.connections(), { timeout: 10_000 }).toBe(0)
    expect((await exchange(fixture.port, upgradeRequest('/nope'))).status).toBe(404)
  })

  it.each([
    ['turned away', upgradeRequest('/nope')],
    ['malformed', upgradeRequest('/sync/x', { 'Sec-WebSocket-Key': undefined })],
  ])('S0: a client that was %s and never ends its half is not kept', async (_name, request) => {
    await using fixture = await TierFixture.open()
    const raw = await RawSocket.connect(fixture.port)
    raw.write(request)
    await raw.ended
    await expect.poll(() => fixture.connections()).toBe(0)
    raw.socket.destroy()
  })
})

describe('S1: what an upgrade is answered with', () => {
  it.each<[string, string[], string]>([
    ['weft.1 was offered', ['weft.1'], 'weft.1'],
    ['weft.1 and a token', ['bearer.abc.def', 'weft.1'], 'weft.1'],
    ['a token alone', ['bearer.abc.def'], 'bearer.abc.def'],
    ['nothing', [], ''],
  ])('S1: where %s', async (_name, protocols, answer) => {
    await using server = await startTestServer()
    const client = await SocketClient.open(`${server.webSocketUrl}/sync/x`, { protocols })
    expect(client.ws.protocol).toBe(answer)
  })

  it.each<[string, string, string[]]>([
    ['in the address', '?token=secret-token', []],
    ['as a subprotocol', '', ['weft.1', 'bearer.secret-token']],
  ])('a token that nobody verifies, %s, closes 4401 and is in no log line', async (_name, query, protocols) => {
    await using server = await startTestServer()
    const client = await SocketClient.open(`${server.webSocketUrl}/sync/x${query}`, { protocols })
    expect(await client.closed).toEqual({ code: 4401, reason: 'unauthorized' })
    expect(server.captured.of('connection-refused')).toEqual([
      expect.objectContaining({ level: 'warn', document: 'x', kind: 'unauthorized' }),
    ])
    expect(server.captured.text).not.toContain('secret-token')
  })

  it('a bearer token over HTTP is in no log line', async () => {
    await using server = await startTestServer()
    const headers = { authorization: 'Bearer secret-token' }
    expect((await fetch(`${server.url}/api/v1/documents`, { headers })).status).toBe(401)
    expect(server.captured.text).not.toContain('secret-token')
  })
})

describe('S4: from where a WebSocket may be opened', () => {
  it.each<[string, boolean, Record<string, string>, number]>([
    ['no browser', false, {}, 101],
    ['the same origin', false, { Host: 'localhost:80', Origin: 'http://localhost' }, 403],
    ['the same origin and port', false, { Host: 'localhost:8787', Origin: 'http://localhost:8787' }, 101],
    ['another port', false, { Host: 'localhost:8787', Origin: 'http://localhost:5173' }, 403],
    ['another port, for development', true, { Host: 'localhost:8787', Origin: 'http://localhost:5173' }, 101],
    ['an origin of the list', false, { Origin: 'https://docs.example.com' }, 101],
    ['its host, behind a proxy', false, { Host: 'docs.example.com', Origin: 'https://docs.example.com' }, 101],
    ['a page of a file', true, { Origin: 'null' }, 403],
    ['what is no origin', true, { Origin: '://' }, 403],
    ['a page elsewhere', true, { Origin: 'https://evil.example.com' }, 403],
    ['a rebound name', true, { Host: 'evil.example.com', Origin: 'http://evil.example.com' }, 403],
    ['a rebound name, no browser', true, { Host: 'evil.example.com' }, 403],
    ['IPv6 loopback', false, { Host: '[::1]:8787', Origin: 'http://[::1]:8787' }, 101],
    ['another address of loopback', false, { Host: '127.0.0.2:8787', Origin: 'http://127.0.0.2:8787' }, 101],
    ['a name that looks like loopback', false, { Host: '127.0.0.1.evil.com' }, 403],
  ])('S4: %s', async (_name, anyLoopbackOrigin, headers, status) => {
    await using server = await startTestServer({ anyLoopbackOrigin, allowedOrigins: ['https://docs.example.com'] })
    const raw = await RawSocket.connect(server.port)
    raw.write(upgradeRequest('/sync/x', headers))
    await expect.poll(() => raw.status).toBe(status)
    raw.socket.destroy()
    const plain = Object.entries({ Host: '127.0.0.1', ...headers, Connection: 'close' })
    const lines = plain.map(([name, value]) => `${name}: ${value}`)
    const http = await exchange(server.port, ['GET /api/v1/documents HTTP/1.1', ...lines, '', ''].join('\r\n'))
    expect(http.status).toBe(status === 101 ? 200 : status)
  })
})
