import { MemoryStore } from '@weft/persistence'
import type { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { noTokens } from '../../src/auth/auth-config.ts'
import { IdentityPolicy } from '../../src/auth/identity-policy.ts'
import { TokenVerifier } from '../../src/auth/token-verifier.ts'
import { createEdge } from '../../src/http/edge.ts'
import { apiDocument } from '../../src/http/reference/api-document.ts'
import { edgeParts } from '../support/edge-parts.ts'
import { noLinks } from '../support/store-parts.ts'
import { noRevocations, testSecret, tokenWith } from '../support/tokens.ts'

const base = 'http://127.0.0.1:8787'
const now = Math.floor(Date.now() / 1000)

/** Every route that the API describes, as it is: what is added is in these tables by itself. */
const operations = Object.entries(apiDocument(createEdge(edgeParts(new MemoryStore())).routes).paths).flatMap(
  ([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: operation.operationId,
      method: method.toUpperCase(),
      template,
      operation,
    })),
)
const closed = operations.filter(({ operation }) => operation['x-weft-needs'] !== undefined)
const ofDocuments = closed.filter(({ template }) => template.includes('/documents/{id}'))
const withJson = closed.filter(({ operation }) => operation.requestBody?.content['application/json'] !== undefined)
const paged = closed.filter(({ operation }) => (operation.parameters ?? []).some(({ name }) => name === 'limit'))

const pathOf = (template: string, id = 'd'): string => template.replace('{id}', id).replaceAll(/\{\w+\}/g, 'x')

describe('bad input at every route', () => {
  let edge: Hono
  beforeEach(async () => {
    const store = new MemoryStore()
    await store.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
    const config = { ...noTokens, secrets: [{ kid: undefined, text: testSecret }], audience: 'docs' }
    const verifier = new TokenVerifier({ config, keySet: undefined, revocations: noRevocations, now: () => Date.now() })
    edge = createEdge({
      ...edgeParts(store),
      policy: new IdentityPolicy({ verifier, links: noLinks, anonymous: 'none', randomId: () => 'id' }),
    })
  })

  const call = async (
    path: string,
    request: { method: string; token: string | undefined; body?: BodyInit; type?: string },
  ): Promise<[number, string]> => {
    const { method, token, body, type = 'application/json' } = request
    const headers = {
      host: '127.0.0.1:8787',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    }
    const response = await edge.fetch(
      new Request(base + path, { method, headers, ...(body === undefined ? {} : { body }) }),
    )
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem: { readonly type?: unknown } = Object(await response.json())
    return [response.status, String(problem.type).replace('/problems/', '')]
  }
  const serviceKey = (): Promise<string> =>
    tokenWith({ claims: { aud: 'docs', access: [{ documents: '*', role: 'admin' }] } })

  it('there are routes of each kind', () => {
    for (const kind of [closed, ofDocuments, withJson, paged]) expect(kind.length).toBeGreaterThan(1)
  })

  it.each(closed)('E2: $name lets in nobody without a token that holds', async ({ method, template }) => {
    const tokens = [
      undefined,
      '',
      'garbage',
      'a.b.c',
      await tokenWith({ claims: { aud: 'docs', exp: now - 1, iat: now - 60 } }),
      await tokenWith({ claims: { aud: 'elsewhere' } }),
      await tokenWith({ claims: { aud: 'docs' }, secret: 'another secret, as long as the one of the tests' }),
    ]
    for (const token of tokens) {
      expect(await call(pathOf(template), { method, token })).toEqual([401, 'unauthorized'])
    }
  })

  it.each(ofDocuments)('E2: $name knows an id that is none', async ({ method, template }) => {
    const token = await serviceKey()
    const ids = [
      '%252e%252e',
      'a%2F..%2Fb',
      'a%2F%2Fb',
      '%00',
      'a%1Fb',
      'a%7F',
      '%F0%9F%98%80',
      'a%20b',
      'x'.repeat(257),
    ]
    for (const id of ids) {
      expect([id, ...(await call(pathOf(template, id), { method, token }))]).toEqual([id, 404, 'invalid-document-id'])
    }
    // A URL has no such segments: what is left names no route, or another one.
    const [status] = await call(pathOf(template, '%2e%2e'), { method, token })
    expect([404, 405]).toContain(status)
  })

  it.each(withJson)('E2: $name refuses a body that is no such JSON', async ({ method, template }) => {
    const token = await serviceKey()
    const bodies: readonly BodyInit[] = [
      '{"a":',
      '[]',
      '7',
      'null',
      '"text"',
      '{"no such field":1}',
      '['.repeat(20_000) + ']'.repeat(20_000),
      '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000),
      new Uint8Array([0xff, 0xfe, 0x00]),
    ]
    for (const body of bodies) {
      expect(await call(pathOf(template), { method, token, body })).toEqual([400, 'invalid-request'])
    }
    const large = JSON.stringify({ a: 'x'.repeat(1024 * 1024) })
    expect(await call(pathOf(template), { method, token, body: large })).toEqual([413, 'message-too-large'])
  })

  it.each(paged)('E2: $name refuses a limit and a cursor that are none', async ({ method, template, operation }) => {
    const token = await serviceKey()
    const path = pathOf(template.replace('{webhook}', await newWebhook(token)))
    for (const limit of ['0', '-1', '1000000000', '1.5', 'x', '', 'NaN']) {
      expect([limit, ...(await call(`${path}?limit=${limit}`, { method, token }))]).toEqual([
        limit,
        400,
        'invalid-request',
      ])
    }
    const [name] = ['cursor', 'since'].filter((known) => operation.parameters?.some((taken) => taken.name === known))
    for (const cursor of ['made-up', '%00', 'W10', Buffer.from('{"a":1}').toString('base64url'), 'x'.repeat(10_000)]) {
      const [status, kind] = await call(`${path}?${name}=${cursor}`, { method, token })
      expect([cursor.slice(0, 20), status]).toEqual([cursor.slice(0, 20), 400])
      expect(['invalid-cursor', 'invalid-request']).toContain(kind)
    }
  })

  const newWebhook = async (token: string): Promise<string> => {
    const response = await edge.fetch(
      new Request(`${base}/api/v1/webhooks`, {
        method: 'POST',
        headers: { host: '127.0.0.1:8787', authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url: 'https://example.org/', documents: '*', events: ['document.changed'] }),
      }),
    )
    const { id }: { readonly id?: unknown } = Object(await response.json())
    return String(id)
  }
})
