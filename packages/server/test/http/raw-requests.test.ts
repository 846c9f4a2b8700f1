import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { exchange } from '../support/raw-socket.ts'
import { startTestServer } from '../support/running-server.ts'

interface Sent {
  readonly method?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

/** A request as bytes, since a client library would tidy its path, its headers and its body. */
function request(path: string, { method = 'GET', headers = [], body = '' }: Sent = {}): string {
  const host = headers.some((header) => header.startsWith('Host:')) ? [] : ['Host: 127.0.0.1']
  return [`${method} ${path} HTTP/1.1`, ...host, 'Connection: close', ...headers, '', body].join('\r\n')
}

const documents = '/api/v1/documents'
const megabytes = 'x'.repeat(2 * 1024 * 1024)

describe('requests that no client library sends', () => {
  it.each<[string, string, number]>([
    ['a path above the root', request('/../../../../etc/passwd'), 404],
    ['a path above the assets', request('/assets/../../package.json'), 404],
    ['an encoded path above the assets', request('/assets/%2e%2e/%2e%2e/package.json'), 404],
    ['a path above with encoded slashes', request('/assets/..%2f..%2fpackage.json'), 404],
    ['a path above with backslashes', request('/assets/..\\..\\package.json'), 400],
    ['a zero byte in a path', request('/assets/%00'), 404],
    ['bytes that are no UTF-8', request('/%E0%A4%A'), 404],
    ['a name longer than a file system takes', request(`/assets/${'x'.repeat(5_000)}`), 404],
    ['a folder', request('/assets/'), 404],
    ['two slashes', request('//etc/passwd'), 404],
    ['a document without an upgrade', request('/sync/x'), 404],
    ['dots for an id', request(`${documents}/..`), 404],
    ['encoded dots for an id', request(`${documents}/%2e%2e`), 404],
    ['a method for the whole server', request('*', { method: 'OPTIONS' }), 400],
    ['a Host that is none', request(documents, { headers: ['Host: a b'] }), 400],
    ['an empty Host', request(documents, { headers: ['Host: '] }), 400],
    ['HTTP/1.0 without a Host', `GET ${documents} HTTP/1.0\r\n\r\n`, 400],
    ['a length below zero', request(documents, { method: 'POST', headers: ['Content-Length: -1'] }), 400],
    [
      'a length that says too much',
      request(documents, { method: 'POST', headers: [`Content-Length: ${megabytes.length}`], body: megabytes }),
      413,
    ],
    [
      'chunks that come to too much',
      request(documents, {
        method: 'POST',
        headers: ['Transfer-Encoding: chunked'],
        body: `200000\r\n${megabytes}\r\n0\r\n\r\n`,
      }),
      413,
    ],
    [
      'a chunk that is none',
      request(documents, { method: 'POST', headers: ['Transfer-Encoding: chunked'], body: 'zz\r\n' }),
      400,
    ],
    ['a body that is null', request(documents, { method: 'POST', headers: ['Content-Length: 4'], body: 'null' }), 400],
    ['a zero byte in a prefix', request(`${documents}?prefix=%00`), 200],
    ['a percent sign that encodes nothing in a query', request(`${documents}?limit=%zz`), 400],
    ['a range past the end', request('/healthz', { headers: ['Range: bytes=9999999-'] }), 200],
  ])('E2: %s is no failure of the server', async (_name, bytes, status) => {
    await using server = await startTestServer()
    const raw = await exchange(server.port, bytes)
    expect(raw.status).toBe(status)
    expect(raw.heard).not.toContain('weft-workspace')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect(server.captured.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('E2: a client that goes in the middle of its body is no failure of the server', async () => {
    await using server = await startTestServer()
    const bytes = request(documents, { method: 'POST', headers: ['Content-Length: 100'], body: '{"title":' })
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const socket = connect({ port: server.port, host: '127.0.0.1' }, () => {
      socket.write(bytes, () => socket.resetAndDestroy())
    })
    socket.once('close', () => resolve())
    await gone
    expect((await fetch(`${server.url}${documents}`)).status).toBe(200)
    await server.stop()
    expect(server.captured.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('HEAD answers what GET does, without its body', async () => {
    await using server = await startTestServer()
    for (const path of ['/healthz', documents]) {
      const [get, head] = await Promise.all([fetch(server.url + path), fetch(server.url + path, { method: 'HEAD' })])
      expect([head.status, head.headers.get('content-type')]).toEqual([get.status, get.headers.get('content-type')])
      expect(await head.text()).toBe('')
    }
  })

  it('says nothing for other servers of the same domain', async () => {
    await using server = await startTestServer()
    const { headers } = await fetch(server.url + documents)
    // Whether a whole domain is reached by HTTPS alone is for whoever runs it to say, at the proxy.
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})
