import { createHash } from 'node:crypto'
import { MemoryStore } from '@weft/persistence'
import { fileAddressSchema, fileListSchema, fileSummarySchema, type Problem } from '@weft/protocol/http'
import type { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { noTokens } from '../../../src/auth/auth-config.ts'
import { IdentityPolicy } from '../../../src/auth/identity-policy.ts'
import { TokenVerifier } from '../../../src/auth/token-verifier.ts'
import { createEdge } from '../../../src/http/edge.ts'
import { askAsDescribed } from '../../support/as-described.ts'
import { edgeParts } from '../../support/edge-parts.ts'
import { noLinks } from '../../support/store-parts.ts'
import { noRevocations, testSecret, tokenWith } from '../../support/tokens.ts'

const content = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1')
const hash = createHash('sha256').update(content).digest('hex')
const start = Math.ceil(Date.now() / 1000) * 1000
const inAnHour = start / 1000 + 3_600

describe('addresses of files that need no token', () => {
  let store: MemoryStore
  let now: number
  let edge: Hono
  let file: string

  const files = '/api/v1/documents/team%2Fplan/files'

  beforeEach(async () => {
    store = new MemoryStore()
    now = start
    edge = edgeOver(store)
    await store.catalog.create({ id: 'team/plan', title: '', createdBy: 'someone', at: 1 })
    await keepFile()
    file = `${files}/${hash}`
  })

  /** A node where nobody may do anything without a token. */
  function edgeOver(shared: MemoryStore): Hono {
    const config = { ...noTokens, secrets: [{ kid: undefined, text: testSecret }], audience: 'docs' }
    const verifier = new TokenVerifier({ config, keySet: undefined, revocations: noRevocations, now: () => now })
    const policy = new IdentityPolicy({ verifier, links: noLinks, anonymous: 'none', randomId: () => 'id' })
    return createEdge({ ...edgeParts(shared), policy, now: () => now })
  }

  async function keepFile(): Promise<void> {
    const limits = { files: 10, bytes: 1_000_000 }
    const facts = { name: 'sketch.png', type: 'image/png', created: 1, createdBy: 'ada', content }
    await store.files.put('team/plan', facts, limits)
  }

  async function ask(path: string, init: RequestInit & { expires?: number } = {}, by = edge): Promise<Response> {
    const { expires = inAnHour, ...rest } = init
    const access = [{ documents: 'team/*', role: 'write' }]
    const token = await tokenWith({ claims: { aud: 'docs', exp: expires, access } })
    const headers = { ...Object(rest.headers), host: '127.0.0.1:8787', authorization: `Bearer ${token}` }
    return await askAsDescribed(by, new Request(`http://127.0.0.1:8787${path}`, { ...rest, headers }))
  }

  /** As an image of a page would. */
  const fetched = (path: string, method = 'GET', by = edge): Promise<Response> =>
    askAsDescribed(by, new Request(`http://127.0.0.1:8787${path}`, { method, headers: { host: '127.0.0.1:8787' } }))

  async function addressFor(lifetime?: number): Promise<{ path: string; expires: string }> {
    const response = await ask(`${file}/address`, { method: 'POST', body: JSON.stringify({ lifetime }) })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    return fileAddressSchema.parse(await response.json())
  }

  const refusal = async (response: Promise<Response>): Promise<string> => {
    const { type, detail }: Problem = await (await response).json()
    return `${type.replace('/problems/', '')}: ${detail}`
  }

  it('open the file for whoever has them, on every node, until they expire', async () => {
    expect((await fetched(file)).status).toBe(401)
    const { path, expires } = await addressFor(60)
    expect(Date.parse(expires)).toBe(now + 60_000)
    for (const node of [edge, edgeOver(store)]) {
      const read = await fetched(path, 'GET', node)
      expect([read.status, read.headers.get('content-type')]).toEqual([200, 'image/png'])
      expect(Buffer.from(await read.arrayBuffer()).equals(content)).toBe(true)
      expect((await fetched(path, 'HEAD', node)).status).toBe(200)
    }
    now += 59_999
    expect((await fetched(path)).status).toBe(200)
    now += 1
    expect(await refusal(fetched(path))).toBe(
      'unauthorized: The address does not hold: it has expired: ask for another.',
    )
  })

  it('hold for a quarter of an hour where nobody says, and never past the token that asked', async () => {
    expect(Date.parse((await addressFor()).expires)).toBe(now + 900_000)
    const init = { method: 'POST', body: '{}', expires: start / 1000 + 30 }
    const short = fileAddressSchema.parse(await (await ask(`${file}/address`, init)).json())
    expect(Date.parse(short.expires)).toBe(now + 30_000)
  })

  it('come with what is put and listed, where it is asked for', async () => {
    const init = { method: 'POST', body: content, headers: { 'content-type': 'image/png' } }
    const put = fileSummarySchema.parse(await (await ask(`${files}?address=60`, init)).json())
    const { files: listed } = fileListSchema.parse(await (await ask(`${files}?address=60`)).json())
    expect(listed).toEqual([put])
    expect((await fetched(put.address?.path ?? '')).status).toBe(200)
    const { files: plain } = fileListSchema.parse(await (await ask(files)).json())
    expect(plain[0]?.address).toBeUndefined()
    for (const lifetime of ['0', '3601', 'x', '1.5', '']) {
      expect((await ask(`${files}?address=${lifetime}`)).status).toBe(400)
    }
    for (const lifetime of [0, 3_601, 'x', null]) {
      const body = JSON.stringify({ lifetime })
      expect((await ask(`${file}/address`, { method: 'POST', body })).status).toBe(400)
    }
  })

  it('open nothing else, and are worth nothing once changed', async () => {
    const { path } = await addressFor(60)
    await store.catalog.create({ id: 'team/other', title: '', createdBy: 'someone', at: 1 })
    const [, query = ''] = path.split('?')
    const changed = 'unauthorized: The address does not hold: it was changed'
    const gone = `${changed}, or the document is gone.`
    expect(await refusal(fetched(path.replace('team%2Fplan', 'team%2Fother')))).toBe(gone)
    expect(await refusal(fetched(path.replace('team%2Fplan', 'nobody')))).toBe(gone)
    expect(await refusal(fetched(path.replace(hash, 'a'.repeat(64))))).toBe(gone)
    expect(await refusal(fetched(path.replace(/expires=\d+/, `expires=${inAnHour}`)))).toBe(gone)
    expect(await refusal(fetched(path.replace(/signature=.*/, 'signature=')))).toBe(gone)
    expect(await refusal(fetched(path.replace(/signature=.*/, `signature=${'é'.repeat(43)}`)))).toBe(gone)
    expect(await refusal(fetched(path.replace(/expires=\d+/, 'expires=soon')))).toBe(`${changed}.`)
    expect(await refusal(fetched(path.replace(/expires=\d+&/, '')))).toBe(`${changed}.`)
    for (const elsewhere of [files, `/api/v1/documents/team%2Fplan`, '/api/v1/documents']) {
      expect((await fetched(`${elsewhere}?${query}`)).status).toBe(401)
    }
    expect((await fetched(path, 'DELETE')).status).toBe(401)
  })

  it('a token that comes along is what counts', async () => {
    const { path } = await addressFor(60)
    const headers = { host: '127.0.0.1:8787', authorization: 'Bearer garbage' }
    expect((await edge.fetch(new Request(`http://127.0.0.1:8787${path}`, { headers }))).status).toBe(401)
    expect((await ask(path.replace(/signature=.*/, 'signature=x'))).status).toBe(200)
  })

  it('L5: are worth nothing once their document is erased, also where it is made anew with the same file', async () => {
    const { path } = await addressFor(60)
    await store.catalog.trash('team/plan', 2)
    expect((await fetched(path)).status).toBe(401)
    await store.catalog.restore('team/plan')
    expect((await fetched(path)).status).toBe(200)
    await store.catalog.delete('team/plan', 4)
    expect((await fetched(path)).status).toBe(401)
    await store.catalog.recreate({ id: 'team/plan', title: '', createdBy: 'someone', at: 5 })
    await keepFile()
    expect((await fetched(path)).status).toBe(401)
    expect((await fetched((await addressFor(60)).path)).status).toBe(200)
  })
})
