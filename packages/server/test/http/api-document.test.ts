import { Validator } from '@seriousme/openapi-schema-validator'
import { MemoryStore } from '@weft/persistence'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEdge } from '../../src/http/edge.ts'
import { apiDocument, undescribedRoutes } from '../../src/http/reference/api-document.ts'
import { describeRoute } from '../../src/http/reference/describe-route.ts'
import { referenceRoutes } from '../../src/http/reference/reference-routes.ts'
import { edgeParts } from '../support/edge-parts.ts'

const base = 'http://127.0.0.1:8787'

describe('what the API says of itself', () => {
  let edge: Hono
  beforeEach(() => {
    edge = createEdge(edgeParts(new MemoryStore()))
  })

  const read = async (path: string): Promise<Response> =>
    await edge.fetch(new Request(base + path, { headers: { host: '127.0.0.1:8787' } }))

  it('every route is described', () => {
    expect(undescribedRoutes(edge.routes)).toEqual([])
  })

  it('a route that is not described is found', () => {
    const app = new Hono()
      .get('/api/v1/a', describeRoute({ id: 'a', summary: '', needs: undefined, answers: {} }), (context) =>
        context.text('a'),
      )
      .post('/api/v1/a', (context) => context.text('a'))
      .all('/api/v1/b', (context) => context.text('b'))
      .use('/api/v1/*', async (_context, next) => await next())
    expect(undescribedRoutes(app.routes)).toEqual(['POST /api/v1/a', 'ALL /api/v1/b'])
  })

  it('is an OpenAPI 3.1 document, readable without a token', async () => {
    const response = await read('/api/v1/openapi.json')
    expect(response.status).toBe(200)
    const document = z
      .looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
      .parse(await response.json())
    expect(document.openapi).toMatch(/^3\.1\./)
    const { valid, errors } = await new Validator().validate(document)
    expect([valid, errors]).toEqual([true, undefined])
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/v1/documents', '/api/v1/documents/{id}', '/api/v1/revocations', '/readyz']),
    )
  })

  it('every reference in it leads somewhere', () => {
    const document = apiDocument(edge.routes)
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(0)
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(names))
  })

  it('says of a route what it takes and what it answers', () => {
    const { paths } = apiDocument(edge.routes)
    expect(paths['/api/v1/documents/{id}']?.['patch']).toMatchObject({
      operationId: 'changeDocument',
      'x-weft-needs': 'write on the document',
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { $ref: '#/components/schemas/DocumentId' } },
        { name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } },
        { name: 'Prefer', in: 'header', required: false, schema: { type: 'string' } },
      ],
      requestBody: { required: true, content: { 'application/json': { schema: { required: ['title'] } } } },
      responses: {
        200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Document' } } } },
        400: { description: expect.stringContaining('`invalid-request`') },
        404: { description: expect.stringContaining('`invalid-document-id`') },
      },
    })
    expect(paths['/api/v1/documents']?.['get']?.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      description: 'How many are on a page.',
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    })
    expect(paths['/api/v1/openapi.json']?.['get']?.security).toEqual([])
  })

  it('does not let two routes, or two schemas, have one name', () => {
    const route = (id: string, shape: z.ZodType) =>
      describeRoute({ id, summary: '', needs: undefined, answers: { 200: shape } })
    const one = z.object({ a: z.string() }).meta({ id: 'One' })
    const other = z.object({ a: z.number() }).meta({ id: 'One' })
    const app = (second: string, shape: z.ZodType) =>
      new Hono()
        .get('/a', route('a', one), (context) => context.text(''))
        .get('/b', route(second, shape), (context) => context.text(''))
    expect(() => apiDocument(app('b', one).routes)).not.toThrow()
    expect(() => apiDocument(app('a', one).routes)).toThrow('two routes are called a')
    expect(() => apiDocument(app('b', other).routes)).toThrow('two schemas are called One')
  })

  it('is a page for people that loads nothing but the icon, and shows every route, schema and problem', async () => {
    const response = await read('/api')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
    const page = await response.text()
    const loaded = [...page.matchAll(/<(?:script|link|img|iframe|style)[^>]*?(?:src|href)="([^"]*)"|@import|url\(/g)]
    expect(loaded.map(([, url]) => url)).toEqual(['/favicon.svg'])
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const { paths, components } = apiDocument(edge.routes)
    for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
      expect(ids).toContain(operation.operationId)
    }
    for (const name of Object.keys(components.schemas)) expect(ids).toContain(`schema-${name}`)
    expect(ids).toContain('problem-invalid-request')
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
  })

  it('escapes what it shows', async () => {
    const app = new Hono().get(
      '/api/v1/a',
      describeRoute({ id: 'a', summary: '<script>', needs: undefined, answers: { 204: '<img>' } }),
      (context) => context.body(null, 204),
    )
    const page = await (await referenceRoutes(() => app.routes).request('/api')).text()
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toMatch(/<script>|<img>/)
  })
})
