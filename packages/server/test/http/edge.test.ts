import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store, StoreUnavailableError } from '@weft/persistence'
import { documentPageSchema, documentSummarySchema } from '@weft/protocol/http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AnonymousAccess, IdentityPolicy } from '../../src/auth/identity-policy.ts'
import { createEdge, type EdgeParts } from '../../src/http/edge.ts'
import type { Readiness } from '../../src/http/node-app.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { agreeing } from '../support/agreeing.ts'
import { askAsDescribed } from '../support/as-described.ts'
import { partsOver } from '../support/parts-over.ts'
import { noContents } from '../support/no-contents.ts'
import { noLinks, storeParts } from '../support/store-parts.ts'
import { noAnswers } from '../support/no-answers.ts'
import { noLevels } from '../support/no-levels.ts'

const base = 'http://127.0.0.1:8787'
const nobody = { answers: [], unanswered: [] }
const ready: Readiness = { ready: true, store: 'ok', draining: false }

describe('the HTTP edge', () => {
  let store: Store
  let webRoot: string
  let reported: unknown[]

  beforeEach(async () => {
    store = await openStore('memory:')
    webRoot = await mkdtemp(join(tmpdir(), 'weft-web-'))
    reported = []
  })

  afterEach(async () => {
    await rm(webRoot, { recursive: true })
  })

  interface Call {
    readonly method?: string
    readonly body?: string
    readonly headers?: Record<string, string>
    readonly anonymous?: AnonymousAccess
    readonly parts?: Partial<EdgeParts>
  }

  async function call(
    path: string,
    { method = 'GET', body, headers = {}, anonymous = 'write', parts = {} }: Call = {},
  ) {
    const edge = createEdge({
      ...storeParts(store),
      answers: noAnswers,
      unkept: () => {},
      catalog: () => store.catalog,
      people: async () => new Map([['busy', [{ name: 'Ada', color: '#aa0000' }]]]),
      members: () => Promise.resolve(nobody),
      remove: () => Promise.resolve(nobody),
      mint: undefined,
      inspect: undefined,
      sizes: () => Promise.resolve([]),
      verify: (document) => Promise.resolve(agreeing(document)),
      nodes: () => Promise.resolve([]),
      statistics: () => Promise.resolve(nobody),
      contents: noContents,
      ended: () => {},
      trashRetention: undefined,
      policy: new IdentityPolicy({ verifier: undefined, links: noLinks, anonymous, randomId: () => 'id' }),
      origins: { allowed: ['https://app.example.com'], anyLoopback: false, loopbackOnly: true },
      readiness: () => Promise.resolve(ready),
      metrics: new Metrics(() => ({ ...noLevels, connections: 1 })),
      revoke: () => Promise.reject(new Error('not asked for')),
      ...partsOver(store),
      opened: () => Promise.resolve(nobody),
      webRoot,
      now: () => Date.UTC(2026, 0, 1),
      report: (error) => reported.push(error),
      ...parts,
    })
    // A Request would resolve dots in the path, which a raw client does not.
    const request = new Request(base + path, {
      method,
      headers: { host: '127.0.0.1:8787', ...headers },
      ...(body === undefined ? {} : { body }),
    })
    return await askAsDescribed(edge, request)
  }

  const documents = '/api/v1/documents'

  async function create(id: string, title = ''): Promise<void> {
    const response = await call(documents, { method: 'POST', body: JSON.stringify({ id, title }) })
    expect(response.status).toBe(201)
  }

  it('creates, lists, shows and renames documents', async () => {
    const created = await call(documents, { method: 'POST', body: '{"id":"team/busy","title":"Minutes"}' })
    expect(created.status).toBe(201)
    expect(created.headers.get('location')).toBe('/api/v1/documents/team%2Fbusy')
    expect(documentSummarySchema.parse(await created.json())).toEqual({
      id: 'team/busy',
      title: 'Minutes',
      created: '2026-01-01T00:00:00.000Z',
      createdBy: 'anonymous-id',
      updated: '2026-01-01T00:00:00.000Z',
      bytes: 0,
      people: [],
    })

    const renamed = await call(`${documents}/team%2Fbusy`, { method: 'PATCH', body: '{"title":"Notes"}' })
    expect(await renamed.json()).toMatchObject({ title: 'Notes' })
    expect(await (await call(`${documents}/team%2Fbusy`)).json()).toMatchObject({ id: 'team/busy', title: 'Notes' })
  })

  it('makes up an id where none is given, each time another', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => documentSummarySchema.parse(await (await call(documents, { method: 'POST' })).json()).id),
    )
    expect(new Set(ids).size).toBe(2)
  })

  it('E3: lists in pages that together hold every document once, and says who is in it', async () => {
    for (const id of ['a', 'busy', 'c', 'team/d', 'team/e']) await create(id)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const response = await call(`${documents}?order=name&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      const page = documentPageSchema.parse(await response.json())
      seen.push(...page.documents.map(({ id }) => id))
      cursor = page.next
    }
    expect(seen).toEqual(['a', 'busy', 'c', 'team/d', 'team/e'])
    const page = documentPageSchema.parse(await (await call(`${documents}?prefix=bu`)).json())
    expect(page.documents.map(({ people }) => people)).toEqual([[{ name: 'Ada', color: '#aa0000' }]])
  })

  it('leaves out the body of what was changed where it is asked to', async () => {
    const headers = { prefer: 'respond-async, return=minimal' }
    const created = await call(documents, { method: 'POST', body: '{"id":"a"}', headers })
    expect([created.status, created.headers.get('location'), await created.text()]).toEqual([201, `${documents}/a`, ''])
    expect(created.headers.get('preference-applied')).toBe('return=minimal')
    const renamed = await call(`${documents}/a`, { method: 'PATCH', body: '{"title":"A"}', headers })
    expect([renamed.status, renamed.headers.get('preference-applied')]).toEqual([204, 'return=minimal'])
    expect(await (await call(`${documents}/a`)).json()).toMatchObject({ title: 'A' })
    const whole = await call(`${documents}/a`, { method: 'PATCH', body: '{"title":"B"}', headers: { prefer: 'x' } })
    expect([whole.status, whole.headers.get('preference-applied')]).toEqual([200, null])
  })

  it('renames only what is as its tag says, also where somebody is faster', async () => {
    const tagOf = (response: Response): string => response.headers.get('etag') ?? ''
    const created = await call(documents, { method: 'POST', body: '{"id":"a","title":"A"}' })
    const tag = tagOf(await call(`${documents}/a`))
    expect(tag).toMatch(/^"[\w-]{22}"$/)
    expect(tagOf(created)).toBe(tag)
    const rename = (title: string, ifMatch: string): Promise<Response> =>
      call(`${documents}/a`, { method: 'PATCH', body: JSON.stringify({ title }), headers: { 'if-match': ifMatch } })
    const both = await Promise.all(['B', 'C'].map((title) => rename(title, `"x", ${tag}`)))
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 412]))
    const late = await rename('D', tag)
    expect([late.status, await late.json()]).toMatchObject([412, { type: '/problems/changed' }])
    const renamed = await rename('E', '*')
    expect(tagOf(renamed)).toBe(tagOf(await call(`${documents}/a`)))
    expect(
      (await call(`${documents}/b`, { method: 'PATCH', body: '{"title":""}', headers: { 'if-match': '*' } })).status,
    ).toBe(404)
  })

  it('answers HEAD as GET, without the body', async () => {
    await create('a')
    for (const [path, status] of [
      [documents, 200],
      [`${documents}/a`, 200],
      [`${documents}/b`, 404],
    ] as const) {
      const response = await call(path, { method: 'HEAD' })
      expect([path, response.status, await response.text()]).toEqual([path, status, ''])
    }
  })

  it.each([
    ['PUT', `${documents}/team%2Fa`, 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', documents, 'GET, HEAD, POST'],
    ['PUT', `${documents}/a/content`, 'GET, HEAD, POST'],
    ['GET', `${documents}/a/updates`, 'POST'],
    ['POST', '/api/v1/trash', 'GET, HEAD'],
  ])('E2: %s %s is answered with what is taken', async (method, path, allow) => {
    const response = await call(path, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
    expect(await response.json()).toMatchObject({ type: '/problems/method-not-allowed' })
  })

  const text = (length: number): string => 'x'.repeat(length)
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  it.each<[string, string, Call, number, string]>([
    ['a limit of 0', `${documents}?limit=0`, {}, 400, 'invalid-request'],
    ['a limit of -1', `${documents}?limit=-1`, {}, 400, 'invalid-request'],
    ['a limit of a billion', `${documents}?limit=1000000000`, {}, 400, 'invalid-request'],
    ['a limit that is none', `${documents}?limit=ten`, {}, 400, 'invalid-request'],
    ['an order that is none', `${documents}?order=size`, {}, 400, 'invalid-request'],
    ['a cursor that was made up', `${documents}?cursor=made-up`, {}, 400, 'invalid-cursor'],
    ['a cursor of 10,000 characters', `${documents}?cursor=${text(10_000)}`, {}, 400, 'invalid-request'],
    ['an id of 257 characters', documents, { method: 'POST', body: `{"id":"${text(257)}"}` }, 400, 'invalid-request'],
    ['an id with dots for segments', documents, { method: 'POST', body: '{"id":"a/../b"}' }, 400, 'invalid-request'],
    [
      'an id with a control character',
      documents,
      { method: 'POST', body: '{"id":"a\\u0000"}' },
      400,
      'invalid-request',
    ],
    ['an id that is a number', documents, { method: 'POST', body: '{"id":7}' }, 400, 'invalid-request'],
    [
      'a title that is too long',
      documents,
      { method: 'POST', body: `{"title":"${text(201)}"}` },
      400,
      'invalid-request',
    ],
    ['a field that there is not', documents, { method: 'POST', body: '{"name":"x"}' }, 400, 'invalid-request'],
    ['a body that is a list', documents, { method: 'POST', body: '[]' }, 400, 'invalid-request'],
    ['a body that is no JSON', documents, { method: 'POST', body: '{"id":' }, 400, 'invalid-request'],
    ['a body nested 20,000 deep', documents, { method: 'POST', body: deep }, 400, 'invalid-request'],
    ['a body that is too large', documents, { method: 'POST', body: text(1024 * 1024 + 1) }, 413, 'message-too-large'],
    ['an id in the path that is none', `${documents}/a%00b`, {}, 404, 'invalid-document-id'],
    ['an id in the path with encoded dots', `${documents}/a%2F%252e%252e`, {}, 404, 'invalid-document-id'],
    ['an id that was encoded twice', `${documents}/a%252Fb`, {}, 404, 'invalid-document-id'],
    ['a percent sign that encodes nothing', `${documents}/a%zz`, {}, 404, 'invalid-document-id'],
    ['a document that does not exist', `${documents}/nope`, {}, 404, 'not-found'],
    ['renaming what does not exist', `${documents}/nope`, { method: 'PATCH', body: '{"title":"x"}' }, 404, 'not-found'],
    ['renaming without a title', `${documents}/nope`, { method: 'PATCH', body: '{}' }, 400, 'invalid-request'],
    ['a route that there is not', '/api/v1/nope', {}, 404, 'not-found'],
    ['a method that there is not', documents, { method: 'DELETE' }, 405, 'method-not-allowed'],
    ['another origin', documents, { headers: { origin: 'https://evil.example.com' } }, 403, 'forbidden-origin'],
    ['a rebound host', documents, { headers: { host: 'evil.example.com' } }, 403, 'forbidden-origin'],
    ['a token that nobody verifies', documents, { headers: { authorization: 'Bearer x' } }, 401, 'unauthorized'],
    ['nobody without a token', documents, { anonymous: 'none' }, 401, 'unauthorized'],
    ['a reader that creates', documents, { method: 'POST', body: '{}', anonymous: 'read' }, 403, 'forbidden'],
    [
      'a reader that renames',
      `${documents}/x`,
      { method: 'PATCH', body: '{"title":"x"}', anonymous: 'read' },
      403,
      'forbidden',
    ],
  ])('E2: %s is a problem with a stable type, and no 500', async (_name, path, options, status, kind) => {
    const response = await call(path, options)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ type: `/problems/${kind}`, status, title: expect.any(String) })
    expect(response.status).toBe(status)
    expect(reported).toEqual([])
  })

  describe('pages of other origins', () => {
    const origin = 'https://app.example.com'

    it('may read answers and problems where they are allowed by name, and nothing else tells of it', async () => {
      for (const path of [documents, `${documents}/nope`]) {
        const { headers } = await call(path, { headers: { origin } })
        expect(headers.get('access-control-allow-origin')).toBe(origin)
        expect(headers.get('access-control-expose-headers')).toContain('ETag')
        expect(headers.get('access-control-allow-credentials')).toBeNull()
        expect(headers.get('vary')).toContain('Origin')
      }
      expect((await call(documents)).headers.get('access-control-allow-origin')).toBeNull()
    })

    it('ask before with no token, and are told what they may send', async () => {
      const asked = { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'if-match' }
      const preflight = { method: 'OPTIONS', headers: asked, anonymous: 'none' } as const
      const { status, headers } = await call(`${documents}/a`, preflight)
      expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin])
      expect(headers.get('access-control-allow-methods')).toContain('PATCH')
      expect(headers.get('access-control-allow-headers')).toContain('Authorization')
      const other = await call(`${documents}/a`, {
        ...preflight,
        headers: { ...asked, origin: 'https://evil.example.com' },
      })
      expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null])
    })
  })

  it('every answer has a request id of its own, and problems too', async () => {
    const ids = await Promise.all(
      [documents, `${documents}/nope`, '/api/v1/nope', '/healthz'].map(async (path) =>
        (await call(path)).headers.get('x-request-id'),
      ),
    )
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('E2: a field that is wrong is named', async () => {
    const response = await call(documents, { method: 'POST', body: '{"id":"a b","title":7}' })
    expect(await response.json()).toMatchObject({ errors: [{ field: 'id' }, { field: 'title' }] })
  })

  it('E2: creating what exists is a conflict, what was deleted stays deleted', async () => {
    await create('a')
    expect((await call(documents, { method: 'POST', body: '{"id":"a"}' })).status).toBe(409)
    await store.catalog.delete('a', 1)
    expect((await call(documents, { method: 'POST', body: '{"id":"a"}' })).status).toBe(410)
    expect((await call(`${documents}/a`)).status).toBe(404)
  })

  it('E2: a store that is away is 503, a failure without a name 500 and says nothing of it', async () => {
    const failing = (failure: Error): Partial<EdgeParts> => {
      const fail = (): Promise<never> => Promise.reject(failure)
      const trash = { trash: fail, restore: fail, listTrash: fail }
      const catalog = {
        create: fail,
        get: fail,
        creatorOf: fail,
        count: fail,
        list: fail,
        setTitle: fail,
        delete: fail,
        recreate: fail,
        ...trash,
      }
      return { catalog: () => catalog }
    }
    expect((await call(documents, { parts: failing(new StoreUnavailableError('gone')) })).status).toBe(503)
    const response = await call(documents, { parts: failing(new Error('secret detail')) })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret detail')
    expect(reported).toHaveLength(2)
  })

  it('says whether it lives and whether it is ready', async () => {
    expect((await call('/healthz')).status).toBe(200)
    expect((await call('/readyz')).status).toBe(200)
    const draining = await call('/readyz', {
      parts: { readiness: () => Promise.resolve({ ...ready, ready: false, draining: true }) },
    })
    expect([draining.status, await draining.json()]).toEqual([503, { ready: false, store: 'ok', draining: true }])
    // A balancer asks by whatever name it has for us.
    expect((await call('/healthz', { headers: { host: '10.0.0.7' } })).status).toBe(200)
  })

  describe('the web app', () => {
    beforeEach(async () => {
      await mkdir(join(webRoot, 'assets'))
      await writeFile(join(webRoot, 'index.html'), '<title>Weft</title>')
      await writeFile(join(webRoot, 'assets', 'app-1a2b.js'), 'app()')
      await writeFile(join(webRoot, 'favicon.svg'), '<svg/>')
    })

    it.each([
      ['/', 200, '<title>Weft</title>', 'no-cache'],
      ['/d/team/minutes', 200, '<title>Weft</title>', 'no-cache'],
      ['/assets/app-1a2b.js', 200, 'app()', 'public, max-age=31536000, immutable'],
      ['/favicon.svg', 200, '<svg/>', 'no-cache'],
    ])('%s', async (path, status, body, caching) => {
      const response = await call(path)
      expect([response.status, await response.text(), response.headers.get('cache-control')]).toEqual([
        status,
        body,
        caching,
      ])
    })

    it('a page that there is not is the app with 404 for a person, and a line for a program', async () => {
      const person = await call('/nothing', { headers: { accept: 'text/html' } })
      expect([person.status, await person.text()]).toEqual([404, '<title>Weft</title>'])
      const program = await call('/nothing')
      expect([program.status, await program.text()]).toEqual([404, 'There is nothing here.\n'])
    })

    it.each([
      '/..%2f..%2fetc%2fpasswd',
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/%00',
    ])('gives nothing outside its folder: %s', async (path) => {
      const response = await call(path)
      expect(response.status).toBe(404)
    })

    it('is compressed for whoever takes it so', async () => {
      await writeFile(join(webRoot, 'assets', 'large-3c4d.js'), 'app();'.repeat(5_000))
      const plain = await call('/assets/large-3c4d.js')
      const compressed = await call('/assets/large-3c4d.js', { headers: { 'accept-encoding': 'gzip, br' } })
      expect(compressed.headers.get('content-encoding')).toBe('gzip')
      const sizes = await Promise.all(
        [plain, compressed].map(async (response) => (await response.arrayBuffer()).byteLength),
      )
      expect(sizes[0]).toBe(30_000)
      expect(sizes[1]).toBeLessThan(1_000)
    })

    it('loads nothing from elsewhere but images', async () => {
      const policy = (await call('/')).headers.get('content-security-policy')
      expect(policy).toContain("default-src 'self'")
      expect(policy).toContain('img-src * data:')
      expect(policy).not.toContain('unsafe-eval')
    })
  })

  it('a web app that is not built says how to build it', async () => {
    const response = await call('/')
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('pnpm --filter @weft/web build')
  })
})
