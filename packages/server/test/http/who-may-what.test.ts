import { currentFormats, MemoryStore, type NodeRecord, type Place } from '@weft/persistence'
import { documentPageSchema, memberListSchema, trashDocumentPageSchema } from '@weft/protocol/http'
import { beforeEach, describe, expect, it } from 'vitest'
import { noTokens } from '../../src/auth/auth-config.ts'
import { inspectToken } from '../../src/auth/inspect-token.ts'
import { type AnonymousAccess, IdentityPolicy } from '../../src/auth/identity-policy.ts'
import { TokenVerifier } from '../../src/auth/token-verifier.ts'
import type { MemberFacts } from '../../src/room/member-facts.ts'
import { RevocationList } from '../../src/auth/revocation-list.ts'
import type { DocumentContents } from '../../src/http/document-content.ts'
import { createEdge } from '../../src/http/edge.ts'
import { ProblemError } from '../../src/http/problem.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { RevocationWatch } from '../../src/revocation-watch.ts'
import { agreeing } from '../support/agreeing.ts'
import { askAsDescribed } from '../support/as-described.ts'
import { partsOver } from '../support/parts-over.ts'
import { storeParts } from '../support/store-parts.ts'
import { noAnswers } from '../support/no-answers.ts'
import { noLevels } from '../support/no-levels.ts'
import { CapturedLog } from '../support/captured-log.ts'
import { testSecret, tokenWith } from '../support/tokens.ts'

const base = 'http://127.0.0.1:8787'
const documents = '/api/v1/documents'
const now = Math.floor(Date.now() / 1000)

/** What a request brings. Undefined for no token at all. */
const bearers = {
  nobody: () => Promise.resolve(undefined),
  garbage: () => Promise.resolve('garbage'),
  expired: () => tokenWith({ claims: { aud: 'docs', exp: now - 1, iat: now - 60 } }),
  'wrong audience': () => tokenWith({ claims: { aud: 'elsewhere' } }),
  reader: () => tokenWith({ claims: { aud: 'docs', access: [{ documents: 'team-a/*', role: 'read' }] } }),
  'other team': () => tokenWith({ claims: { aud: 'docs', access: [{ documents: 'team-b/*', role: 'write' }] } }),
  'without access': () => tokenWith({ claims: { aud: 'docs', access: [] } }),
  writer: () => tokenWith({ claims: { aud: 'docs', access: [{ documents: 'team-a/*', role: 'write' }] } }),
  'service key': () => tokenWith({ claims: { aud: 'docs', access: [{ documents: '*', role: 'admin' }] } }),
}
type Bearer = keyof typeof bearers

/** Of no file that there is. */
const noHash = 'f'.repeat(64)
function tokenBody(grant: object): string {
  return JSON.stringify({ subject: 'ben', access: [grant], lifetime: 60 })
}

const hook = (documents: string): string =>
  JSON.stringify({ url: 'https://receiver.example/', documents, events: ['document.changed'] })

const routes: Readonly<Record<string, { method: string; path: string; body?: string }>> = {
  list: { method: 'GET', path: documents },
  'create inside': { method: 'POST', path: documents, body: '{"id":"team-a/new"}' },
  'create what is there': { method: 'POST', path: documents, body: '{"id":"team-a/plan"}' },
  'create with a made-up id': { method: 'POST', path: documents, body: '{}' },
  show: { method: 'GET', path: `${documents}/team-a%2Fplan` },
  'show what is not there': { method: 'GET', path: `${documents}/team-a%2Fnope` },
  rename: { method: 'PATCH', path: `${documents}/team-a%2Fplan`, body: '{"title":"x"}' },
  'rename what is not there': { method: 'PATCH', path: `${documents}/team-a%2Fnope`, body: '{"title":"x"}' },
  'rename to nothing': { method: 'PATCH', path: `${documents}/team-a%2Fplan`, body: '{}' },
  members: { method: 'GET', path: `${documents}/team-a%2Fplan/members` },
  'members of what is not there': { method: 'GET', path: `${documents}/team-a%2Fnope/members` },
  'members after a made-up place': { method: 'GET', path: `${documents}/team-a%2Fplan/members?cursor=x` },
  'remove a member': { method: 'DELETE', path: `${documents}/team-a%2Fplan/members/one` },
  'remove one that is not there': { method: 'DELETE', path: `${documents}/team-a%2Fplan/members/two` },
  'remove one that may be elsewhere': { method: 'DELETE', path: `${documents}/team-a%2Fplan/members/lost` },
  sizes: { method: 'GET', path: `${documents}/team-a%2Fplan/sizes` },
  'sizes of what is not there': { method: 'GET', path: `${documents}/team-a%2Fnope/sizes` },
  verify: { method: 'GET', path: `${documents}/team-a%2Fplan/verification` },
  nodes: { method: 'GET', path: '/api/v1/nodes' },
  statistics: { method: 'GET', path: '/api/v1/statistics' },
  read: { method: 'GET', path: `${documents}/team-a%2Fplan/content` },
  write: { method: 'POST', path: `${documents}/team-a%2Fplan/content`, body: '{"content":"x","format":"text"}' },
  'write nothing': { method: 'POST', path: `${documents}/team-a%2Fplan/content`, body: '{}' },
  'write an update of another type': { method: 'POST', path: `${documents}/team-a%2Fplan/updates`, body: 'x' },
  copy: { method: 'POST', path: `${documents}/team-a%2Fplan/copy`, body: '{"id":"team-a/copy"}' },
  'copy to elsewhere': { method: 'POST', path: `${documents}/team-a%2Fplan/copy`, body: '{"id":"team-b/copy"}' },
  'copy what is not there': { method: 'POST', path: `${documents}/team-a%2Fnope/copy`, body: '{"id":"team-a/copy"}' },
  'put into the trash': { method: 'DELETE', path: `${documents}/team-a%2Fplan` },
  'put what is not there into the trash': { method: 'DELETE', path: `${documents}/team-a%2Fnope` },
  'list the trash': { method: 'GET', path: '/api/v1/trash' },
  restore: { method: 'POST', path: `${documents}/team-a%2Ftrashed/restore` },
  'restore what is not there': { method: 'POST', path: `${documents}/team-a%2Fnope/restore` },
  erase: { method: 'DELETE', path: `${documents}/team-a%2Fplan?forever` },
  'erase what is not there': { method: 'DELETE', path: `${documents}/team-a%2Fnope?forever` },
  'list files': { method: 'GET', path: `${documents}/team-a%2Fplan/files` },
  'list files of what is not there': { method: 'GET', path: `${documents}/team-a%2Fnope/files` },
  'put a file': { method: 'POST', path: `${documents}/team-a%2Fplan/files`, body: '{}' },
  'put a file into what is not there': { method: 'POST', path: `${documents}/team-a%2Fnope/files`, body: '{}' },
  'read a file that is not there': { method: 'GET', path: `${documents}/team-a%2Fplan/files/${noHash}` },
  'make an address of a file that is not there': {
    method: 'POST',
    path: `${documents}/team-a%2Fplan/files/${noHash}/address`,
    body: '{}',
  },
  'remove a file that is not there': { method: 'DELETE', path: `${documents}/team-a%2Fplan/files/${noHash}` },
  'make a link': { method: 'POST', path: `${documents}/team-a%2Fplan/links`, body: '{"role":"write"}' },
  'make a link that administers': {
    method: 'POST',
    path: `${documents}/team-a%2Fplan/links`,
    body: '{"role":"admin"}',
  },
  'make a link to what is not there': { method: 'POST', path: `${documents}/team-a%2Fnope/links`, body: '{}' },
  'list links': { method: 'GET', path: `${documents}/team-a%2Fplan/links` },
  'remove a link that is not there': { method: 'DELETE', path: `${documents}/team-a%2Fplan/links/x` },
  export: { method: 'POST', path: '/api/v1/export' },
  'export a folder': { method: 'POST', path: '/api/v1/export', body: '{"prefix":"team-a/"}' },
  'import what is no backup': { method: 'POST', path: '/api/v1/import', body: '{}' },
  mint: { method: 'POST', path: '/api/v1/tokens', body: tokenBody({ documents: 'team-a/plan', role: 'write' }) },
  'mint for all': { method: 'POST', path: '/api/v1/tokens', body: tokenBody({ documents: '*', role: 'read' }) },
  'mint nothing': { method: 'POST', path: '/api/v1/tokens', body: '{}' },
  inspect: { method: 'POST', path: '/api/v1/tokens/inspect', body: '{"token":"x","document":"team-a/plan"}' },
  'inspect nothing': { method: 'POST', path: '/api/v1/tokens/inspect', body: '{}' },
  revoke: { method: 'POST', path: '/api/v1/revocations', body: '{"subject":"grace"}' },
  'revoke nothing': { method: 'POST', path: '/api/v1/revocations', body: '{}' },
  changes: { method: 'GET', path: '/api/v1/changes' },
  'changes since a made-up place': { method: 'GET', path: '/api/v1/changes?since=x' },
  'list webhooks': { method: 'GET', path: '/api/v1/webhooks' },
  'create a webhook': { method: 'POST', path: '/api/v1/webhooks', body: hook('team-a/*') },
  'create a webhook for nothing': { method: 'POST', path: '/api/v1/webhooks', body: '{}' },
  'show a webhook that there is not': { method: 'GET', path: '/api/v1/webhooks/nope' },
  'delete a webhook that there is not': { method: 'DELETE', path: '/api/v1/webhooks/nope' },
  'deliveries of no webhook': { method: 'GET', path: '/api/v1/webhooks/nope/deliveries' },
  'retry for no webhook': { method: 'POST', path: '/api/v1/webhooks/nope/deliveries/x/retry' },
  'audit trail': { method: 'GET', path: '/api/v1/audit' },
  'audit trail of a document': { method: 'GET', path: '/api/v1/audit?document=team-a%2Fplan' },
  'a route that there is not': { method: 'GET', path: '/api/v1/nope' },
}

type Answer = '200' | '201' | '204' | `${number} ${string}`
const invalid: Answer = '400 invalid-request'
const forbidden: Answer = '403 forbidden'
const notFound: Answer = '404 not-found'
const wrongType: Answer = '415 unsupported-media-type'

/** What each answers to those whose tokens hold: reader, other team, without access, writer, service key. */
const answers: Readonly<Record<string, readonly [Answer, Answer, Answer, Answer, Answer]>> = {
  list: ['200', '200', '200', '200', '200'],
  'create inside': [forbidden, forbidden, forbidden, '201', '201'],
  'create what is there': [forbidden, forbidden, forbidden, '409 already-exists', '409 already-exists'],
  'create with a made-up id': [forbidden, forbidden, forbidden, forbidden, '201'],
  show: ['200', notFound, notFound, '200', '200'],
  'show what is not there': [notFound, notFound, notFound, notFound, notFound],
  rename: [forbidden, notFound, notFound, '200', '200'],
  'rename what is not there': [forbidden, notFound, notFound, notFound, notFound],
  'rename to nothing': [forbidden, notFound, notFound, invalid, invalid],
  members: ['200', notFound, notFound, '200', '200'],
  'members of what is not there': [notFound, notFound, notFound, notFound, notFound],
  'members after a made-up place': [
    '400 invalid-cursor',
    notFound,
    notFound,
    '400 invalid-cursor',
    '400 invalid-cursor',
  ],
  'remove a member': [forbidden, notFound, notFound, forbidden, '204'],
  'remove one that is not there': [forbidden, notFound, notFound, forbidden, notFound],
  'remove one that may be elsewhere': [forbidden, notFound, notFound, forbidden, '503 nodes-silent'],
  sizes: ['200', notFound, notFound, '200', '200'],
  'sizes of what is not there': [notFound, notFound, notFound, notFound, notFound],
  verify: [forbidden, notFound, notFound, forbidden, '200'],
  nodes: [forbidden, forbidden, forbidden, forbidden, '200'],
  statistics: [forbidden, forbidden, forbidden, forbidden, '200'],
  read: ['200', notFound, notFound, '200', '200'],
  write: [forbidden, notFound, notFound, '200', '200'],
  'write nothing': [forbidden, notFound, notFound, invalid, invalid],
  'write an update of another type': [forbidden, notFound, notFound, wrongType, wrongType],
  copy: [forbidden, notFound, notFound, '201', '201'],
  'copy to elsewhere': [forbidden, notFound, notFound, forbidden, '201'],
  'copy what is not there': [forbidden, notFound, notFound, notFound, notFound],
  'put into the trash': [forbidden, notFound, notFound, '204', '204'],
  'put what is not there into the trash': [forbidden, notFound, notFound, notFound, notFound],
  'list the trash': ['200', '200', '200', '200', '200'],
  restore: [forbidden, notFound, notFound, '204', '204'],
  'restore what is not there': [forbidden, notFound, notFound, notFound, notFound],
  erase: [forbidden, notFound, notFound, forbidden, '204'],
  'erase what is not there': [forbidden, notFound, notFound, forbidden, notFound],
  'list files': ['200', notFound, notFound, '200', '200'],
  'list files of what is not there': [notFound, notFound, notFound, notFound, notFound],
  'put a file': [forbidden, notFound, notFound, '201', '201'],
  'put a file into what is not there': [forbidden, notFound, notFound, notFound, notFound],
  'read a file that is not there': [notFound, notFound, notFound, notFound, notFound],
  'make an address of a file that is not there': [notFound, notFound, notFound, notFound, notFound],
  'remove a file that is not there': [forbidden, notFound, notFound, notFound, notFound],
  'make a link': [forbidden, notFound, notFound, '201', '201'],
  'make a link that administers': [forbidden, notFound, notFound, invalid, invalid],
  'make a link to what is not there': [forbidden, notFound, notFound, notFound, notFound],
  'list links': [forbidden, notFound, notFound, '200', '200'],
  'remove a link that is not there': [forbidden, notFound, notFound, notFound, notFound],
  export: [forbidden, forbidden, forbidden, forbidden, '200'],
  'export a folder': [forbidden, forbidden, forbidden, forbidden, '200'],
  'import what is no backup': [forbidden, forbidden, forbidden, forbidden, wrongType],
  mint: [forbidden, forbidden, forbidden, forbidden, '201'],
  'mint for all': [forbidden, forbidden, forbidden, forbidden, '201'],
  'mint nothing': [forbidden, forbidden, forbidden, forbidden, invalid],
  inspect: [forbidden, forbidden, forbidden, forbidden, '200'],
  'inspect nothing': [forbidden, forbidden, forbidden, forbidden, invalid],
  revoke: [forbidden, forbidden, forbidden, forbidden, '201'],
  'revoke nothing': [forbidden, forbidden, forbidden, forbidden, invalid],
  changes: ['200', '200', '200', '200', '200'],
  'changes since a made-up place': [
    '400 invalid-cursor',
    '400 invalid-cursor',
    '400 invalid-cursor',
    '400 invalid-cursor',
    '400 invalid-cursor',
  ],
  'list webhooks': ['200', '200', '200', '200', '200'],
  'create a webhook': [forbidden, forbidden, forbidden, forbidden, '201'],
  'create a webhook for nothing': [forbidden, forbidden, forbidden, forbidden, invalid],
  'show a webhook that there is not': [notFound, notFound, notFound, notFound, notFound],
  'delete a webhook that there is not': [notFound, notFound, notFound, notFound, notFound],
  'deliveries of no webhook': [notFound, notFound, notFound, notFound, notFound],
  'retry for no webhook': [notFound, notFound, notFound, notFound, notFound],
  'audit trail': [forbidden, forbidden, forbidden, forbidden, '200'],
  'audit trail of a document': [forbidden, forbidden, forbidden, forbidden, '200'],
  'a route that there is not': [notFound, notFound, notFound, notFound, notFound],
}

const node: NodeRecord = {
  id: 'node-a',
  host: 'machine-1',
  version: '1.2.3',
  role: 'all',
  since: 0,
  documents: 3,
  connections: 5,
  members: 4,
  store: 'ok',
  formats: currentFormats,
}
const statistics = {
  documents: 3,
  connections: 5,
  members: 4,
  unsavedBytes: 6,
  residentBytes: 7,
  eventLoopDelay: 0.5,
  loadStage: 1,
}
const since = Date.UTC(2026, 10, 24)
const member: MemberFacts = {
  id: 'one',
  person: { name: 'Ada', color: '#aa0000' },
  subject: 'ada',
  role: 'write',
  since,
  waitingBytes: 7,
  behind: true,
  unsaved: 2,
}

const place: Place = { epoch: '1.a.b', position: 1, tip: 'tip' }

/** Every document holds something, and takes all that is written. */
const anyContents: DocumentContents = {
  render: () => Promise.resolve(new TextEncoder().encode('{}')),
  write: () => Promise.resolve(place),
  update: () => Promise.resolve(place),
  draft: () => Promise.resolve(new Uint8Array()),
  copy: () => Promise.resolve(place),
}

describe('who may what over HTTP', () => {
  let store: MemoryStore
  let revocations: RevocationList
  beforeEach(async () => {
    store = new MemoryStore()
    revocations = new RevocationList(() => Date.now())
    for (const [at, id] of ['team-a/plan', 'team-b/plan', 'team-a/notes', 'c', 'team-b/shared'].entries()) {
      await store.catalog.create({ id, title: '', createdBy: 'someone', at })
    }
    for (const id of ['team-a/trashed', 'team-b/trashed', 'team-a/thrown']) {
      await store.catalog.create({ id, title: '', createdBy: 'someone', at: 9 })
      await store.catalog.trash(id, 10)
    }
  })

  async function call(
    { method, path, body }: { method: string; path: string; body?: string },
    token: string | undefined,
    anonymous: AnonymousAccess = 'none',
    scheme = 'Bearer',
  ): Promise<Response> {
    const config = { ...noTokens, secrets: [{ kid: undefined, text: testSecret }], audience: 'docs' }
    const verifier = new TokenVerifier({ config, keySet: undefined, revocations, now: () => Date.now() })
    const watch = new RevocationWatch({
      list: revocations,
      surroundings: { now: () => Date.now(), timer: () => () => {}, randomId: () => crypto.randomUUID() },
      log: new CapturedLog().log,
      maxLifetime: 60_000,
      changed: () => {},
    })
    const kept = storeParts(store, revocations)
    const edge = createEdge({
      ...kept,
      answers: noAnswers,
      unkept: () => {},
      catalog: () => store.catalog,
      people: async () => new Map(),
      members: async () => ({ answers: [{ node: 'node-a', answer: [member] }], unanswered: ['node-b'] }),
      remove: async (_document, id) => ({
        answers: [
          { node: 'node-a', answer: id === 'one' },
          { node: 'node-b', answer: false },
        ],
        unanswered: id === 'lost' ? ['node-c'] : [],
      }),
      mint: {
        maxLifetime: 86_400_000,
        mint: async ({ lifetime }) => ({ token: 'minted', id: 'id', expires: lifetime }),
      },
      inspect: (asked, document) =>
        inspectToken({ verifier, config, revocations, now: () => Date.now() }, asked, document),
      sizes: async (document) =>
        document === 'team-a/plan'
          ? [
              { at: 0, bytes: 5, entries: 2, checkpointAt: undefined },
              { at: 90_000, bytes: 6, entries: 3, checkpointAt: 30_000 },
            ]
          : [],
      verify: async (document) => agreeing(document),
      nodes: async () => [node],
      statistics: async () => ({
        answers: ['node-a', 'node-b'].map((name) => ({ node: name, answer: statistics })),
        unanswered: ['node-c'],
      }),
      contents: anyContents,
      ended: () => {},
      trashRetention: undefined,
      policy: new IdentityPolicy({ verifier, links: kept.links, anonymous, randomId: () => 'id' }),
      origins: { allowed: [], anyLoopback: false, loopbackOnly: true },
      readiness: () => Promise.resolve({ ready: true, store: 'ok', draining: false }),
      metrics: new Metrics(() => noLevels),
      revoke: (tokens, by) => watch.revoke(store.revocations, tokens, by),
      ...partsOver(store),
      opened: async () => ({
        answers: [{ node: 'node-a', answer: [{ document: 'team-a/plan', subject: 'grace' }] }],
        unanswered: ['node-b'],
      }),
      webRoot: import.meta.dirname,
      now: () => 0,
      report: (error) => {
        if (!(error instanceof ProblemError)) throw error
      },
    })
    const headers = {
      host: '127.0.0.1:8787',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `${scheme} ${token}` }),
    }
    return await askAsDescribed(
      edge,
      new Request(base + path, { method, headers, ...(body === undefined ? {} : { body }) }),
    )
  }

  async function answerOf(response: Response): Promise<string> {
    if (response.ok) return String(response.status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const { type, status } = await response.json()
    expect(status).toBe(response.status)
    return `${status} ${String(type).replace('/problems/', '')}`
  }

  const refused = (['nobody', 'garbage', 'expired', 'wrong audience'] as const).flatMap((bearer) =>
    Object.keys(routes).map((route): [string, Bearer, Answer] => [route, bearer, '401 unauthorized']),
  )
  const heard = (['reader', 'other team', 'without access', 'writer', 'service key'] as const).flatMap(
    (bearer, column) =>
      Object.entries(answers).map(([route, row]): [string, Bearer, Answer] => [route, bearer, row[column] ?? '200']),
  )
  it.each([...refused, ...heard])('%s, %s: %s', async (route, bearer, expected) => {
    const request = routes[route]
    if (request === undefined) throw new Error('the table names a route')
    const response = await call(request, await bearers[bearer]())
    expect(await answerOf(response)).toBe(expected)
    expect(response.headers.get('www-authenticate')).toBe(expected.startsWith('401') ? 'Bearer' : null)
  })

  it('the table has every route and every bearer', () => {
    expect(Object.keys(answers)).toEqual(Object.keys(routes))
    const asked = new Set([...refused, ...heard].map(([, bearer]) => bearer))
    expect([...asked]).toEqual(Object.keys(bearers))
  })

  it('outside of one’s access an answer does not tell whether there is such a document', async () => {
    const token = await bearers['other team']()
    const texts = await Promise.all(
      ['team-a%2Fplan', 'team-a%2Fnope'].map(async (id) => {
        const text = await (await call({ method: 'GET', path: `${documents}/${id}` }, token)).text()
        return text.replace(/plan|nope/, '')
      }),
    )
    expect(texts[0]).toBe(texts[1])
    const created = ['team-a/plan', 'team-a/nope'].map(async (id) => {
      const text = await (await call({ method: 'POST', path: documents, body: JSON.stringify({ id }) }, token)).text()
      return text.replace(/plan|nope/, '')
    })
    const [first, second] = await Promise.all(created)
    expect(first).toBe(second)
  })

  describe('whoever created a document', () => {
    const erase = (id: string): { method: string; path: string } => ({
      method: 'DELETE',
      path: `${documents}/${encodeURIComponent(id)}?forever`,
    })
    const members = { method: 'GET', path: `${documents}/team-a%2Fmine/members` }
    const tokenOf = (subject: string, role: string, pattern = 'team-a/*'): Promise<string> =>
      tokenWith({
        claims: Object.fromEntries([
          ['sub', subject],
          ['aud', 'docs'],
          ['iat', now - 5],
          ['access', [{ documents: pattern, role }]],
        ]),
      })
    beforeEach(async () => {
      for (const id of ['team-a/mine', 'team-a/thrown-away']) {
        await store.catalog.create({ id, title: '', createdBy: 'ada', at: 1 })
      }
      await store.catalog.create({ id: 'team-a/nobodys', title: '', createdBy: 'anonymous-id', at: 1 })
      await store.catalog.trash('team-a/thrown-away', 2)
    })

    it('is its admin where their token lets them write: in the trash too, and of no other document', async () => {
      const token = await tokenOf('ada', 'write')
      expect(memberListSchema.parse(await (await call(members, token)).json()).unanswered).toEqual(['node-b'])
      expect(await answerOf(await call({ ...members, method: 'DELETE', path: `${members.path}/one` }, token))).toBe(
        '204',
      )
      expect(await answerOf(await call(erase('team-a/plan'), token))).toBe('403 forbidden')
      expect(await answerOf(await call(erase('team-a/mine'), token))).toBe('204')
      expect(await answerOf(await call(erase('team-a/thrown-away'), token))).toBe('204')
    })

    it.each<[string, () => Promise<string | undefined>, AnonymousAccess, Answer]>([
      ['somebody else', () => tokenOf('grace', 'write'), 'none', forbidden],
      ['one who may only read by now', () => tokenOf('ada', 'read'), 'none', forbidden],
      ['one whose access is elsewhere by now', () => tokenOf('ada', 'write', 'team-b/*'), 'none', notFound],
      ['one whose access is gone', () => tokenOf('ada', 'write', 'nope'), 'none', notFound],
    ])('is not %s', async (_name, token, anonymous, expected) => {
      const remove = { ...members, method: 'DELETE', path: `${members.path}/one` }
      for (const request of [erase('team-a/mine'), remove]) {
        expect(await answerOf(await call(request, await token(), anonymous))).toBe(expected)
      }
    })

    it('is nobody where there is no token, and nobody whose token was taken back', async () => {
      expect(await answerOf(await call(erase('team-a/nobodys'), undefined, 'write'))).toBe('403 forbidden')
      const token = await tokenOf('ada', 'write')
      const tokens = { subject: 'ada', document: 'team-a/mine' }
      revocations.add([{ id: 'one', tokens, before: Date.now(), until: Date.now() + 60_000 }])
      expect(await answerOf(await call(erase('team-a/mine'), token))).toBe('401 revoked')
    })
  })

  it('E3: what is looked for by its title is shown as far as one’s access covers it', async () => {
    for (const id of ['team-a/found', 'team-b/found']) {
      await store.catalog.create({ id, title: 'Minutes of May', createdBy: 'someone', at: 20 })
    }
    const found = async (token: string | undefined): Promise<string[]> => {
      const response = await call({ method: 'GET', path: `${documents}?q=may%20minute&order=name` }, token)
      return documentPageSchema.parse(await response.json()).documents.map(({ id }) => id)
    }
    expect(await found(await bearers.reader())).toEqual(['team-a/found'])
    expect(await found(await bearers['other team']())).toEqual(['team-b/found'])
    expect(await found(await bearers['service key']())).toEqual(['team-a/found', 'team-b/found'])
    const one = await tokenWith({
      claims: { aud: 'docs', access: ['team-a/found', 'team-a/plan'].map((id) => ({ documents: id, role: 'read' })) },
    })
    expect(await found(one)).toEqual(['team-a/found'])
  })

  it('the trash shows what one’s access covers, without what was taken back', async () => {
    const shown = async (token: string | undefined): Promise<string[]> => {
      const response = await call({ method: 'GET', path: '/api/v1/trash' }, token)
      return trashDocumentPageSchema.parse(await response.json()).documents.map(({ id }) => id)
    }
    const old = await tokenWith({ claims: { aud: 'docs', iat: now - 5 } })
    expect(await shown(old)).toEqual(['team-a/thrown', 'team-a/trashed'])
    expect(await shown(await bearers['other team']())).toEqual(['team-b/trashed'])
    expect(await shown(await bearers['without access']())).toEqual([])
    expect(await shown(await bearers['service key']())).toHaveLength(3)
    const tokens = { subject: 'ada', document: 'team-a/thrown' }
    revocations.add([{ id: 'one', tokens, before: Date.now(), until: Date.now() + 60_000 }])
    expect(await shown(old)).toEqual(['team-a/trashed'])
  })

  it.each<[string, string]>([
    ['garbage', 'Bearer'],
    ['garbage', 'bearer'],
    ['', 'Bearer'],
  ])('a token that does not hold is refused where anonymous people may write: %j %s', async (token, scheme) => {
    const response = await call({ method: 'GET', path: documents }, token, 'write', scheme)
    expect(response.status).toBe(401)
  })

  it('anonymous people may what is said of them, beside those with tokens', async () => {
    const create = { method: 'POST', path: documents, body: '{}' }
    expect((await call(create, undefined, 'read')).status).toBe(403)
    const created = await call(create, undefined, 'write')
    expect(await created.json()).toMatchObject({ createdBy: 'anonymous-id' })
    expect((await call(create, await bearers['service key'](), 'read')).status).toBe(201)
  })

  it('members are shown to readers; on which node and what waits, to admins', async () => {
    const route = { method: 'GET', path: `${documents}/team-a%2Fplan/members` }
    const shown = {
      id: 'one',
      person: { name: 'Ada', color: '#aa0000' },
      subject: 'ada',
      role: 'write',
      since: '2026-11-24T00:00:00.000Z',
    }
    const read = await (await call(route, await bearers.reader())).json()
    expect(read).toEqual({ members: [shown], next: null, complete: false })
    const admin = memberListSchema.parse(await (await call(route, await bearers['service key']())).json())
    expect(admin).toEqual({
      members: [{ ...shown, node: 'node-a', lag: { waitingBytes: 7, behind: true, unsaved: 2 } }],
      next: null,
      complete: false,
      unanswered: ['node-b'],
    })
  })

  it('sizes over time', async () => {
    const response = await call({ method: 'GET', path: `${documents}/team-a%2Fplan/sizes` }, await bearers.reader())
    expect(await response.json()).toEqual({
      sizes: [
        { at: '1970-01-01T00:00:00.000Z', bytes: 5, entries: 2, checkpointAge: null },
        { at: '1970-01-01T00:01:30.000Z', bytes: 6, entries: 3, checkpointAge: 60 },
      ],
      next: null,
    })
  })

  it('nodes and how they are', async () => {
    const key = await bearers['service key']()
    expect(await (await call({ method: 'GET', path: '/api/v1/nodes' }, key)).json()).toEqual({
      nodes: [{ ...node, pid: null, since: '1970-01-01T00:00:00.000Z' }],
      next: null,
    })
    expect(await (await call({ method: 'GET', path: '/api/v1/statistics' }, key)).json()).toEqual({
      catalog: { documents: 5, trashed: 3 },
      total: { documents: 6, connections: 10, members: 8, unsavedBytes: 12, residentBytes: 14 },
      nodes: [
        { node: 'node-a', ...statistics },
        { node: 'node-b', ...statistics },
      ],
      unanswered: ['node-c'],
    })
  })

  describe('revocations', () => {
    const revoke = async (body: object): Promise<Response> => {
      const request = { method: 'POST', path: '/api/v1/revocations', body: JSON.stringify(body) }
      return call(request, await bearers['service key']())
    }
    const show = { method: 'GET', path: `${documents}/team-a%2Fplan` }
    const list = { method: 'GET', path: `${documents}?order=name` }

    it('a dry run says what would be closed, and changes nothing', async () => {
      const token = await bearers.writer()
      const response = await revoke({ subject: 'ada', dryRun: true })
      const closes = [{ document: 'team-a/plan', subject: 'grace', node: 'node-a' }]
      expect([response.status, await response.json()]).toEqual([
        200,
        { before: expect.any(String), until: null, closes, unanswered: ['node-b'] },
      ])
      expect((await call(show, token)).status).toBe(200)
      expect(await store.revocations.since('', Date.now())).toBeUndefined()
    })

    it('a subject’s tokens of before do not hold, those of later and those of others do', async () => {
      const [old, other] = [
        await tokenWith({ claims: { aud: 'docs', iat: now - 5 } }),
        await tokenWith({
          claims: Object.fromEntries([
            ['aud', 'docs'],
            ['sub', 'grace'],
            ['iat', now - 5],
          ]),
        }),
      ]
      const response = await revoke({ subject: 'ada' })
      expect(response.status).toBe(201)
      const fresh = await tokenWith({ claims: { aud: 'docs', iat: Math.floor(Date.now() / 1000) + 5 } })
      const undated = await tokenWith({ claims: { aud: 'docs', iat: undefined } })
      for (const token of [old, undated]) {
        for (const request of [show, list]) {
          const refused = await call(request, token)
          expect([await answerOf(refused), refused.headers.get('www-authenticate')]).toEqual(['401 revoked', 'Bearer'])
        }
      }
      for (const token of [other, fresh]) expect((await call(show, token)).status).toBe(200)
    })

    it('one token does not hold, whoever else’s do', async () => {
      const [token, other] = [
        await tokenWith({ claims: { aud: 'docs', jti: 'one' } }),
        await tokenWith({ claims: { aud: 'docs', jti: 'other' } }),
      ]
      await revoke({ jti: 'one' })
      expect(await answerOf(await call(show, token))).toBe('401 revoked')
      for (const held of [other, await bearers.writer()]) expect((await call(show, held)).status).toBe(200)
    })

    it('for one document a subject’s tokens do not hold, and it is not listed', async () => {
      const token = await tokenWith({ claims: { aud: 'docs', iat: now - 5 } })
      await revoke({ subject: 'ada', document: 'team-a/plan' })
      const rename = { method: 'PATCH', path: show.path, body: '{"title":"x"}' }
      const create = { method: 'POST', path: documents, body: '{"id":"team-a/plan"}' }
      for (const request of [show, rename, create])
        expect(await answerOf(await call(request, token))).toBe('401 revoked')
      const page = documentPageSchema.parse(await (await call(list, token)).json())
      expect(page.documents.map(({ id }) => id)).toEqual(['team-a/notes'])
    })

    it.each([
      [{ jti: 'a', subject: 'b' }, 'subject'],
      [{ document: 'a' }, 'subject'],
      [{ jti: 'a', document: 'b' }, 'document'],
      [{ subject: 'a', document: 'b//c' }, 'document'],
      [{ subject: '' }, 'subject'],
      [{ subject: 'x'.repeat(257) }, 'subject'],
      [{ jti: 7 }, 'jti'],
      [{ subject: 'a', dryRun: 'yes' }, 'dryRun'],
      [{ subject: 'a', before: 'then' }, ''],
    ])('E2: %j is a problem that names %s', async (body, field) => {
      const response = await revoke(body)
      const errors: unknown = expect.arrayContaining([expect.objectContaining({ field })])
      expect(await response.json()).toMatchObject({ type: '/problems/invalid-request', status: 400, errors })
    })
  })

  it.each<[string, readonly object[], string, readonly string[]]>([
    ['one team', [{ documents: 'team-a/*', role: 'read' }], '', ['team-a/notes', 'team-a/plan']],
    [
      'all',
      [{ documents: '*', role: 'read' }],
      '',
      ['c', 'team-a/notes', 'team-a/plan', 'team-b/plan', 'team-b/shared'],
    ],
    ['nothing', [], '', []],
    ['nothing that there is', [{ documents: 'nope/*', role: 'admin' }], '', []],
    ['one document', [{ documents: 'c', role: 'read' }], '', ['c']],
    [
      'a team and a document, by two grants that overlap',
      [
        { documents: 'team-a/*', role: 'read' },
        { documents: 'team-a/plan', role: 'write' },
        { documents: 'team-b/shared', role: 'write' },
      ],
      '',
      ['team-a/notes', 'team-a/plan', 'team-b/shared'],
    ],
    ['a pattern with an end', [{ documents: '*/plan', role: 'read' }], '', ['team-a/plan', 'team-b/plan']],
    ['a pattern with an end, in a folder', [{ documents: '*/plan', role: 'read' }], 'team-b/', ['team-b/plan']],
    ['a folder inside', [{ documents: '*', role: 'read' }], 'team-a/', ['team-a/notes', 'team-a/plan']],
    ['a folder outside', [{ documents: 'team-a/*', role: 'read' }], 'team-b/', []],
    ['what begins before a folder', [{ documents: 'team-a/*', role: 'read' }], 'team', ['team-a/notes', 'team-a/plan']],
  ])('E3: a listing shows what one’s access covers: %s', async (_name, access, prefix, ids) => {
    const token = await tokenWith({ claims: { aud: 'docs', access } })
    for (const limit of [1, 2, 50]) {
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const query = `?order=name&limit=${limit}&prefix=${prefix}${cursor === '' ? '' : `&cursor=${cursor}`}`
        const page = documentPageSchema.parse(
          await (await call({ method: 'GET', path: documents + query }, token)).json(),
        )
        expect(page.documents.length).toBeLessThanOrEqual(limit)
        seen.push(...page.documents.map(({ id }) => id))
        cursor = page.next
      }
      expect(seen).toEqual(ids)
    }
  })
})
