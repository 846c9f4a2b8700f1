import { describe, expect, it } from 'vitest'
import { callBy } from '../../src/http/call.ts'
import { createWeftHttp } from '../../src/http/weft-http.ts'
import { WeftHttpError } from '../../src/http/weft-http-error.ts'

/** A server that answers what it is told, and keeps what it was asked. */
function answering(...answers: (Response | Error)[]): { fetch: typeof fetch; asked: Request[] } {
  const asked: Request[] = []
  return {
    asked,
    fetch: async (input, init) => {
      asked.push(new Request(input, init))
      const answer = answers.shift()
      if (answer instanceof Response) return answer
      throw answer ?? new Error('nobody told what to answer')
    },
  }
}

const problem = (status: number, body: object): Response =>
  Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } })
const unauthorized = (): Response => problem(401, { type: '/problems/unauthorized', title: 'x', status: 401 })
const url = 'http://weft.test/docs'
const bearers = (asked: Request[]): (string | null)[] => asked.map(({ headers }) => headers.get('authorization'))

describe('what the typed client makes of answers', () => {
  it.each<[string, Response | Error, object]>([
    ['no answer', new TypeError('fetch failed'), { kind: 'unreachable', status: 0 }],
    [
      'a proxy’s page',
      new Response('<h1>Bad gateway</h1>', { status: 502 }),
      { kind: 'unexpected-answer', status: 502 },
    ],
    [
      'JSON of something else',
      Response.json({ error: 'no' }, { status: 404 }),
      { kind: 'unexpected-answer', status: 404 },
    ],
    ['a page in place of JSON', new Response('<h1>Hello</h1>'), { kind: 'unexpected-answer', status: 200 }],
    [
      'a problem of a kind that is not known yet',
      problem(418, { type: '/problems/teapot', title: 'Teapot', status: 418 }),
      { kind: 'teapot', status: 418, message: 'Teapot', errors: [] },
    ],
  ])('%s', async (_name, answer, expected) => {
    const error = await createWeftHttp({ url, fetch: answering(answer).fetch })
      .listDocuments()
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(WeftHttpError)
    expect(error).toMatchObject(expected)
  })

  it('an answer with nothing in it is null', async () => {
    const weft = createWeftHttp({ url, fetch: answering(new Response(null, { status: 204 })).fetch })
    expect(await weft.changeDocument({ id: 'a' }, { title: 'x' })).toBeNull()
  })
})

describe('what the typed client asks', () => {
  it('puts parameters into the path and the query, encoded, below the server’s prefix', async () => {
    const { fetch, asked } = answering(Response.json({}), Response.json({}))
    const weft = createWeftHttp({ url: `${url}/`, fetch })
    await weft.showDocument({ id: 'a/b' })
    await weft.listDocuments({ prefix: 'a&b=ü', limit: 7, cursor: undefined })
    expect(asked.map((request) => request.url)).toEqual([
      'http://weft.test/docs/api/v1/documents/a%2Fb',
      'http://weft.test/docs/api/v1/documents?prefix=a%26b%3D%C3%BC&limit=7',
    ])
  })

  it('sends JSON as JSON, other bodies as what they are, and headers', async () => {
    const { fetch, asked } = answering(new Response(), new Response())
    const call = callBy({ base: url, token: () => Promise.resolve('t'), renews: false, fetch })
    const options = { headers: { 'idempotency-key': 'k' } }
    await call.nothing({ method: 'POST', path: '/a', json: { title: 'x' }, options })
    await call.nothing({ method: 'POST', path: '/a', raw: { type: 'text/markdown', data: '# x' } })
    expect(asked.map(({ headers }) => headers.get('content-type'))).toEqual(['application/json', 'text/markdown'])
    expect(asked[0]?.headers.get('idempotency-key')).toBe('k')
    expect(await Promise.all(asked.map((request) => request.text()))).toEqual(['{"title":"x"}', '# x'])
    expect(bearers(asked)).toEqual(['Bearer t', 'Bearer t'])
  })

  it.each(['ftp://a', 'a', 'http://a?b=c', 'http://a#b'])('%s is no server', (url) => {
    expect(() => createWeftHttp({ url })).toThrow(TypeError)
  })

  it('asks the page’s own server where the URL is empty', async () => {
    const paths: unknown[] = []
    const fetch = (input: unknown): Promise<Response> => {
      paths.push(input)
      return Promise.resolve(Response.json({}))
    }
    await createWeftHttp({ url: '', fetch }).readHealth()
    expect(paths).toEqual(['/healthz'])
  })
})

describe('tokens of the typed client', () => {
  it('a token that is a text is sent once: another one cannot be had', async () => {
    const { fetch, asked } = answering(unauthorized())
    await expect(createWeftHttp({ url, token: 'a', fetch }).listDocuments()).rejects.toMatchObject({ status: 401 })
    expect(bearers(asked)).toEqual(['Bearer a'])
  })

  it('a function is asked once for requests that go together, and again when its token does not hold', async () => {
    const { fetch, asked } = answering(Response.json({}), Response.json({}), unauthorized(), Response.json({}))
    let fetched = 0
    const weft = createWeftHttp({ url, token: () => Promise.resolve(`t${++fetched}`), fetch })
    await Promise.all([weft.listDocuments(), weft.listDocuments()])
    await weft.listDocuments()
    expect(bearers(asked)).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t1', 'Bearer t2'])
  })

  it('a function that failed is asked anew', async () => {
    const { fetch } = answering(Response.json({}))
    let fetched = 0
    const token = async (): Promise<string> => {
      if (++fetched === 1) throw new Error('the back end is away')
      return 't'
    }
    const weft = createWeftHttp({ url, token, fetch })
    await expect(weft.listDocuments()).rejects.toThrow('the back end is away')
    expect(await weft.listDocuments()).toEqual({})
  })

  it('a body that is a stream is not sent twice', async () => {
    const { fetch, asked } = answering(unauthorized())
    const call = callBy({ base: url, token: () => Promise.resolve('t'), renews: true, fetch })
    const data = new Blob(['x']).stream()
    const raw = { type: 'application/octet-stream', data }
    await expect(call.nothing({ method: 'POST', path: '/a', raw })).rejects.toMatchObject({ status: 401 })
    expect(asked).toHaveLength(1)
  })
})
