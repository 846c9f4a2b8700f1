import { describe, expect, it } from 'vitest'
import { createSyncNodeApp } from '../../src/http/node-app.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { noLevels } from '../support/no-levels.ts'

const levels = { ...noLevels, connections: 1 }

async function call(path: string, host = '127.0.0.1:8787', method = 'GET'): Promise<Response> {
  const app = createSyncNodeApp({
    origins: { allowed: [], anyLoopback: false, loopbackOnly: true },
    readiness: () => Promise.resolve({ ready: false, store: 'waiting', draining: false }),
    metrics: new Metrics(() => levels),
    report: () => {},
  })
  return await app.fetch(new Request(`http://127.0.0.1:8787${path}`, { method, headers: { host } }))
}

describe('the app of a sync node', () => {
  it('says how the node is and what it counts', async () => {
    expect((await call('/healthz')).status).toBe(200)
    const ready = await call('/readyz')
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, store: 'waiting', draining: false }])
    const metrics = await call('/metrics')
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await metrics.text()).toContain('weft_connections 1\n')
  })

  it('S4: gives its counts to no page that rebound a name to loopback', async () => {
    expect((await call('/metrics', 'evil.example.com')).status).toBe(403)
  })

  it.each([
    ['GET', '/api/v1/documents'],
    ['POST', '/api/v1/documents'],
    ['GET', '/'],
    ['GET', '/d/x'],
    ['POST', '/healthz'],
  ])('E2: %s %s is a problem that says which role serves it', async (method, path) => {
    const response = await call(path, undefined, method)
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect(await response.json()).toMatchObject({
      type: '/problems/not-found',
      detail: expect.stringMatching(/role sync .* role edge or all$/),
    })
  })
})
