import { MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { expect, test } from 'vitest'
import { tokenFor, withTokens } from '../support/api-client.ts'
import { startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'
import { testSecret, tokenWith } from '../support/tokens.ts'

/** Parts of a token that would be enough to use it, or to know that it was there. */
const partsOf = (token: string): string[] => [token, ...token.split('.').filter((part) => part.length > 20)]

test('no line of the log has a token or a secret, whatever becomes of a request', async () => {
  const failing = new MemoryStore()
  failing.catalog.list = () => Promise.reject(new StoreUnavailableError('it is away'))
  failing.catalog.get = () => Promise.reject(new Error('a failure without a name'))
  await using server = await startTestServer({ ...withTokens, openStore: failing, logLevel: 'debug' })
  const service = await tokenFor('*', 'admin')
  const tokens = [
    service,
    await tokenFor('team/*', 'read'),
    await tokenWith({ secret: 'another secret, as long as the one of the tests' }),
    await tokenWith({ claims: { exp: 1 } }),
    'garbage-that-somebody-may-have-pasted',
  ]
  const requests = [
    ['GET', '/documents'],
    ['GET', '/documents/d'],
    ['POST', '/documents'],
    ['DELETE', '/documents/d?forever'],
    ['POST', '/revocations'],
  ] as const
  for (const token of tokens) {
    for (const [method, path] of requests) {
      await fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'a-key' },
        ...(method === 'POST' ? { body: JSON.stringify({ subject: 'grace' }) } : {}),
      })
    }
    await fetch(`${server.url}/api/v1/documents?token=${token}`)
    const byQuery = await SocketClient.open(`${server.webSocketUrl}/sync/team%2Fd?token=${token}`)
    const byProtocol = await SocketClient.open(`${server.webSocketUrl}/sync/team%2Fd`, {
      protocols: ['weft.1', `bearer.${token}`],
    })
    for (const client of [byQuery, byProtocol]) client.ws.terminate()
    await Promise.all([byQuery.closed, byProtocol.closed])
  }
  await server.stop()
  expect(server.captured.of('request-failed').length).toBeGreaterThan(1)
  for (const secret of [testSecret, ...tokens.flatMap(partsOf)]) expect(server.captured.text).not.toContain(secret)
})
