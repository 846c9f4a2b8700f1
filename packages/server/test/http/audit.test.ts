import { MemoryStore, type Store, StoreUnavailableError } from '@weft/persistence'
import { type AuditEntry, auditPageSchema } from '@weft/protocol/http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callApi, tokenFor, withTokens } from '../support/api-client.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'

const service = (): Promise<string> => tokenFor('*', 'admin', 'ops')

describe('/audit', () => {
  let store: Store
  let server: RunningServer
  const call = (token: string, method: string, path: string, body?: object): Promise<Response> =>
    callApi(server, token, method, path, body)

  beforeEach(async () => {
    store = new MemoryStore()
    server = await startTestServer({ ...withTokens, openStore: store })
  })
  afterEach(() => server.stop())

  async function entries(token: string, query = ''): Promise<readonly AuditEntry[]> {
    const response = await call(token, 'GET', `/audit${query}`)
    expect(response.status).toBe(200)
    return auditPageSchema.parse(await response.json()).entries
  }

  it('has every act with who did it, to what, and the request’s id', async () => {
    const token = await service()
    const created = await call(token, 'POST', '/documents', { id: 'team/a' })
    const revoked = await call(token, 'POST', '/revocations', { subject: 'grace', document: 'team/a' })
    const ids = [created, revoked].map(({ headers }) => headers.get('x-request-id'))
    const found = await entries(token)
    expect(found).toEqual([
      expect.objectContaining({
        act: 'revocation.create',
        actor: 'ops',
        document: 'team/a',
        target: 'grace',
        request: ids[1],
      }),
      expect.objectContaining({
        act: 'document.create',
        actor: 'ops',
        document: 'team/a',
        target: null,
        request: ids[0],
      }),
    ])
    expect(Date.parse(found[0]?.at ?? '')).not.toBeNaN()
  })

  it('has a document whose id the server made up', async () => {
    const token = await service()
    const { id } = await (await call(token, 'POST', '/documents')).json()
    expect(await entries(token)).toMatchObject([{ act: 'document.create', document: id }])
  })

  it('has nothing of what was refused, only looked at, or tried out', async () => {
    const token = await service()
    await call(token, 'POST', '/documents', { id: 'a' })
    await call(token, 'POST', '/documents', { id: 'a' })
    await call(token, 'PATCH', '/documents/a', { title: 'x' })
    await call(token, 'GET', '/documents/a')
    await call(token, 'POST', '/revocations', { subject: 'grace', dryRun: true })
    expect(await entries(token)).toHaveLength(1)
  })

  it('shows whoever is admin of some documents what concerns them, and nobody else anything', async () => {
    const token = await service()
    for (const id of ['team/a', 'team/b', 'other/c']) await call(token, 'POST', '/documents', { id })
    await call(token, 'POST', '/revocations', { subject: 'grace' })
    const of = (found: readonly AuditEntry[]): string[] => found.map(({ document }) => document ?? '').toSorted()
    expect(of(await entries(await tokenFor('team/*', 'admin')))).toEqual(['team/a', 'team/b'])
    expect(of(await entries(await tokenFor('team/*', 'admin'), '?document=team%2Fb'))).toEqual(['team/b'])
    expect(of(await entries(token, '?actor=ops&act=document.create'))).toEqual(['other/c', 'team/a', 'team/b'])
    expect(await entries(token, '?actor=nobody')).toEqual([])
    const outside = await call(await tokenFor('team/*', 'admin'), 'GET', '/audit?document=other%2Fc')
    expect(outside.status).toBe(404)
    expect((await call(await tokenFor('team/*', 'write'), 'GET', '/audit')).status).toBe(403)
  })

  it('E2: a limit or cursor that is none is a problem', async () => {
    const token = await service()
    for (const [query, kind] of [
      ['?limit=0', 'invalid-request'],
      ['?limit=201', 'invalid-request'],
      ['?document=a%20b', 'invalid-request'],
      ['?cursor=made-up', 'invalid-cursor'],
    ]) {
      const response = await call(token, 'GET', `/audit${query}`)
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ type: `/problems/${kind}` }),
      ])
    }
  })

  it('what was done is answered as done where it cannot be recorded, and said', async () => {
    const failing = new MemoryStore()
    failing.collections.change = () => Promise.reject(new StoreUnavailableError('gone'))
    await using other = await startTestServer({ ...withTokens, openStore: failing })
    expect((await callApi(other, await service(), 'POST', '/documents', { id: 'a' })).status).toBe(201)
    expect(await other.captured.logged('act-unrecorded')).toMatchObject({
      level: 'error',
      act: 'document.create',
      document: 'a',
      actor: 'ops',
    })
  })
})
