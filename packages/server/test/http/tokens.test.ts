import { MemoryStore } from '@weft/persistence'
import { mintedTokenSchema, type TokenInspection, tokenInspectionSchema } from '@weft/protocol/http'
import type { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { noTokens } from '../../src/auth/auth-config.ts'
import { RevocationList } from '../../src/auth/revocation-list.ts'
import { createEdge } from '../../src/http/edge.ts'
import { identities } from '../../src/identity.ts'
import { CapturedLog } from '../support/captured-log.ts'
import { edgeParts } from '../support/edge-parts.ts'
import { askAsDescribed } from '../support/as-described.ts'
import { noLinks } from '../support/store-parts.ts'
import { testSecret, tokenWith } from '../support/tokens.ts'

const now = Date.UTC(2026, 10, 24)
const seconds = now / 1000
const base = 'http://127.0.0.1:8787/api/v1'

describe('tokens over HTTP', () => {
  let edge: Hono
  let store: MemoryStore
  let revocations: RevocationList
  let captured: CapturedLog

  const start = async (secret: string | undefined, jwks?: string): Promise<Hono> => {
    const secrets = secret === undefined ? [] : [{ kid: 'k1', text: secret }]
    const auth = { ...noTokens, secrets, jwks, audience: 'docs', maxLifetime: 86_400_000 }
    const surroundings = { now: () => now, randomId: () => 'random' }
    const anonymous = secret === undefined ? 'admin' : 'none'
    const who = await identities({ auth, anonymous }, surroundings, captured.log, revocations, noLinks)
    return createEdge({ ...edgeParts(store), ...who, now: () => now })
  }

  beforeEach(async () => {
    captured = new CapturedLog()
    store = new MemoryStore()
    await store.catalog.create({ id: 'team-a/plan', title: '', createdBy: 'x', at: 0 })
    revocations = new RevocationList(() => now)
    edge = await start(testSecret)
  })

  const token = (claims: Record<string, unknown>, more: { secret?: string; header?: object } = {}): Promise<string> =>
    tokenWith({
      ...more,
      header: { kid: 'k1', ...more.header },
      claims: { aud: 'docs', iat: seconds - 60, exp: seconds + 7_200, ...claims },
    })
  const adminOf = (...patterns: string[]): Promise<string> =>
    token({ sub: 'back-end', access: patterns.map((documents) => ({ documents, role: 'admin' })) })

  const post = async (path: string, key: string | undefined, body: object, at: Hono = edge): Promise<Response> => {
    const headers = { host: '127.0.0.1:8787', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
    return askAsDescribed(at, new Request(base + path, { method: 'POST', headers, body: JSON.stringify(body) }))
  }

  describe('minted', () => {
    const wanted = { subject: 'ben', access: [{ documents: 'team-a/*', role: 'write' }] }

    it('hold, say who they are for, and open what they were made for', async () => {
      const answer = await post('/tokens', await adminOf('team-a/*'), { ...wanted, name: 'Ben', lifetime: 900 })
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store'])
      const minted = mintedTokenSchema.parse(await answer.json())
      expect(minted).toEqual({
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        id: 'random',
        ...wanted,
        expires: '2026-11-24T00:15:00.000Z',
      })
      expect(await inspect(minted.token, 'team-a/plan')).toMatchObject({
        opens: true,
        role: 'write',
        claims: { subject: 'ben', id: 'random', expires: '2026-11-24T00:15:00.000Z' },
      })
    })

    it.each<[string[], string, number]>([
      [['*'], '*', 201],
      [['*'], 'a', 201],
      [['team-a/*'], 'team-a/*', 201],
      [['team-a/*'], 'team-a/x*y', 201],
      [['team-b/*', 'team-a/*'], 'team-a/plan', 201],
      [['team-a/*'], '*', 403],
      [['team-a/*'], 'team-*', 403],
      [['team-a/*'], 'team-b/plan', 403],
      [['team-a/plan'], 'team-a/*', 403],
      [['a*b'], 'a*c*b', 201],
      [['a*b'], 'a*', 403],
    ])('give no more than their maker administers: %j may give %s: %d', async (held, documents, status) => {
      const answer = await post('/tokens', await adminOf(...held), {
        ...wanted,
        access: [{ documents, role: 'admin' }],
      })
      expect(answer.status).toBe(status)
    })

    it('are refused where one of their grants lies outside, or inside with less than admin', async () => {
      const key = await token({
        access: [
          { documents: 'team-a/*', role: 'admin' },
          { documents: 'team-b/*', role: 'write' },
        ],
      })
      const access = [...wanted.access, { documents: 'team-b/plan', role: 'read' }]
      const answer = await post('/tokens', key, { ...wanted, access })
      expect([answer.status, await answer.json()]).toMatchObject([
        403,
        { detail: 'this needs admin access to all of team-b/plan; yours is less' },
      ])
    })

    it('never give what was taken from their maker', async () => {
      const taken = { subject: 'back-end', document: 'team-a/plan' }
      revocations.add([{ id: 'r', tokens: taken, before: now, until: now + 60_000 }])
      const key = await adminOf('team-a/*')
      for (const [documents, status] of [
        ['team-a/plan', 403],
        ['team-a/*', 403],
        ['team-a/notes', 201],
      ] as const) {
        const answer = await post('/tokens', key, { ...wanted, access: [{ documents, role: 'read' }] })
        expect(answer.status, documents).toBe(status)
      }
    })

    it('do not outlast their maker’s, nor what the server takes', async () => {
      const key = await adminOf('*')
      expect((await post('/tokens', key, { ...wanted, lifetime: 7_200 })).status).toBe(201)
      const longer = await post('/tokens', key, { ...wanted, lifetime: 7_201 })
      expect([longer.status, await longer.json()]).toMatchObject([
        403,
        { detail: 'it would outlast your own token, which ends at 2026-11-24T02:00:00.000Z: ask for less' },
      ])
      const short = await token({ access: [{ documents: '*', role: 'admin' }], exp: seconds + 1_800 })
      expect(await (await post('/tokens', short, wanted)).json()).toMatchObject({ expires: '2026-11-24T00:30:00.000Z' })
      expect(await (await post('/tokens', key, wanted)).json()).toMatchObject({ expires: '2026-11-24T01:00:00.000Z' })
      const longest = await post('/tokens', key, { ...wanted, lifetime: 86_401 })
      expect([longest.status, await longest.json()]).toMatchObject([400, { errors: [{ field: 'lifetime' }] }])
    })

    it.each<[object, string]>([
      [{ access: wanted.access }, 'subject'],
      [{ ...wanted, subject: '' }, 'subject'],
      [{ ...wanted, subject: 'a\nb' }, 'subject'],
      [{ subject: 'ben' }, 'access'],
      [{ ...wanted, access: [] }, 'access'],
      [{ ...wanted, access: [{ documents: 'a b', role: 'read' }] }, 'access.0.documents'],
      [{ ...wanted, access: [{ documents: 'a', role: 'owner' }] }, 'access.0.role'],
      [{ ...wanted, lifetime: 0 }, 'lifetime'],
      [{ ...wanted, lifetime: 1.5 }, 'lifetime'],
      [{ ...wanted, lifetime: 1e300 }, 'lifetime'],
      [{ ...wanted, secret: 'x' }, ''],
    ])('E2: %j is a problem that names %s', async (body, field) => {
      const answer = await post('/tokens', await adminOf('*'), body)
      const errors: unknown = expect.arrayContaining([expect.objectContaining({ field })])
      expect([answer.status, await answer.json()]).toMatchObject([400, { type: '/problems/invalid-request', errors }])
    })

    it('need a secret to be signed with', async () => {
      const lone = await start(undefined)
      const answer = await post('/tokens', undefined, wanted, lone)
      expect([answer.status, await answer.json()]).toMatchObject([
        409,
        { type: '/problems/no-signing-secret', detail: expect.stringContaining('--auth-secret') },
      ])
      const question = { token: 'x', document: 'team-a/plan' }
      expect(await (await post('/tokens/inspect', undefined, question, lone)).json()).toMatchObject({
        type: '/problems/no-tokens',
      })
    })
  })

  async function inspect(asked: string, document: string): Promise<TokenInspection> {
    const answer = await post('/tokens/inspect', await adminOf('*'), { token: asked, document })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    return tokenInspectionSchema.parse(await answer.json())
  }
  const failuresOf = ({ checks }: TokenInspection): string[] =>
    checks.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check)

  describe('inspected', () => {
    const write = { access: [{ documents: 'team-a/*', role: 'write' }] }
    const read = { access: [{ documents: 'team-a/*', role: 'read' }] }

    it.each<[string, () => Promise<string>, string, string[]]>([
      ['that holds', () => token(write), 'team-a/plan', []],
      ['of a writer, for what is not there', () => token(write), 'team-a/new', []],
      ['of a reader, for what is not there', () => token(read), 'team-a/new', ['document']],
      ['for another document', () => token(write), 'team-b/plan', ['access']],
      ['without access', () => token({ access: [] }), 'team-a/plan', ['access']],
      ['that has expired', () => token({ exp: seconds - 1 }), 'team-a/plan', ['expiry']],
      ['of tomorrow', () => token({ ...write, nbf: seconds + 31 }), 'team-a/plan', ['not-before']],
      ['whose beginning is no time', () => token({ ...write, nbf: 'soon' }), 'team-a/plan', ['not-before']],
      ['of a clock that is ahead', () => token({ ...write, iat: seconds + 31 }), 'team-a/plan', ['issue']],
      ['that holds too long', () => token({ ...write, exp: seconds + 90_000 }), 'team-a/plan', ['lifetime']],
      ['for others', () => token({ ...write, aud: 'x' }), 'team-a/plan', ['audience']],
      ['for others too', () => token({ ...write, aud: ['x', 'docs'] }), 'team-a/plan', []],
      ['of another secret', () => token(write, { secret: 'x'.repeat(32) }), 'team-a/plan', ['signature']],
      ['of a key that there is not', () => token(write, { header: { kid: 'k2' } }), 'team-a/plan', ['signature']],
      ['without a subject', () => token({ ...write, sub: undefined }), 'team-a/plan', ['claims']],
      ['that is none', async () => 'garbage', 'team-a/plan', ['format']],
      ['that was taken back', () => token({ ...write, jti: 'taken' }), 'team-a/plan', ['revocation']],
      ['that was taken back there', () => token({ ...write, sub: 'eve' }), 'team-a/plan', ['revocation']],
      ['that was taken back elsewhere', () => token({ ...write, sub: 'eve' }), 'team-a/new', []],
      ['with two faults', () => token({ access: [], exp: seconds - 1 }), 'team-a/plan', ['expiry', 'access']],
    ])('a token %s: each check by itself, and as opening it would be', async (_name, make, document, failures) => {
      const until = now + 60_000
      revocations.add([
        { id: 'one', tokens: { jti: 'taken' }, before: now, until },
        { id: 'two', tokens: { subject: 'eve', document: 'team-a/plan' }, before: now, until },
      ])
      const asked = await make()
      const inspection = await inspect(asked, document)
      expect([failuresOf(inspection), inspection.opens]).toEqual([failures, failures.length === 0])
      expect(inspection.role === null).toBe(failures.length > 0)
      const path = `${base}/documents/${encodeURIComponent(document)}`
      const headers = { host: '127.0.0.1:8787', authorization: `Bearer ${asked}` }
      const { status } = await edge.fetch(new Request(path, { headers }))
      // Of what does not exist HTTP says so, whoever asks; opening it would create it.
      expect(status === 200 || (status === 404 && document === 'team-a/new' && failures.length === 0)).toBe(
        inspection.opens,
      )
      expect(captured.text).not.toContain(asked)
    })

    it('says what it says, and in words what is wrong', async () => {
      const { claims, checks } = await inspect(await token({ sub: 'ada', exp: 8.64e15, iat: undefined }), 'team-b/plan')
      expect(claims).toMatchObject({ subject: 'ada', id: null, issued: null, expires: null })
      const said = new Map(checks.map(({ check, text }) => [check, text]))
      expect(said.get('access')).toBe('none of its 1 grants covers team-b/plan')
      expect(said.get('issuer')).toBe('this server asks for none')
      expect(said.get('document')).toBe('it gives no access')
    })

    it('of a document outside of one’s access, or administered by others, nothing is said', async () => {
      const body = { token: await token(write), document: 'team-b/plan' }
      expect((await post('/tokens/inspect', await adminOf('team-a/*'), body)).status).toBe(404)
      const reader = await token({
        access: [
          { documents: 'x', role: 'admin' },
          { documents: 'team-b/*', role: 'read' },
        ],
      })
      expect((await post('/tokens/inspect', reader, body)).status).toBe(403)
    })
  })
})
