import { MemoryStore } from '@weft/persistence'
import { encodeUpdate } from '@weft/protocol'
import { type LinkList, linkListSchema, type MadeLink, madeLinkSchema, type Problem } from '@weft/protocol/http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noTokens } from '../../src/auth/auth-config.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'
import { testSecret, tokenWith } from '../support/tokens.ts'

const secrets = [{ kid: undefined, text: testSecret }]
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1
/** Inserts `a` at the beginning of the text `t`, as client 1. */
const update = encodeUpdate(Uint8Array.from(Buffer.from('0101010004010174016100', 'hex')))

describe('links to documents', () => {
  let store: MemoryStore
  let server: RunningServer
  let ada: string
  beforeEach(async () => {
    store = new MemoryStore()
    for (const id of ['team-a/plan', 'team-a/other']) {
      await store.catalog.create({ id, title: '', createdBy: 'someone', at: 1 })
    }
    server = await startTestServer({ openStore: store, anonymous: 'none', auth: { ...noTokens, secrets } })
    ada = await tokenWith()
  })
  afterEach(() => server[Symbol.asyncDispose]())

  const ask = (token: string, method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const links = '/documents/team-a%2Fplan/links'
  const make = async (token: string, body: object): Promise<MadeLink> => {
    const response = await ask(token, 'POST', links, body)
    expect(response.status).toBe(201)
    return madeLinkSchema.parse(await response.json())
  }
  const list = async (): Promise<LinkList> => linkListSchema.parse(await (await ask(ada, 'GET', links)).json())
  const statusOf = async (token: string, path = '/documents/team-a%2Fplan'): Promise<number> =>
    (await ask(token, 'GET', path)).status
  const open = (token: string, document = 'team-a/plan'): Promise<SocketClient> =>
    SocketClient.open(`${server.webSocketUrl}/sync/${document}`, { protocols: ['weft.1', `bearer.${token}`] })
  const answered = async (client: SocketClient): Promise<void> => {
    client.send(new Uint8Array([0, 0, 1, 0]))
    await client.hear(isStep2)
  }

  it('open their document to whoever has them, in their role, and nothing else', async () => {
    const [read, write] = [await make(ada, {}), await make(ada, { role: 'write' })]
    expect([read.role, write.role]).toEqual(['read', 'write'])
    expect(read.path).toBe(`/d/team-a/plan#link=${read.token}`)
    for (const { token } of [read, write]) {
      expect(await statusOf(token)).toBe(200)
      expect(await statusOf(token, '/documents/team-a%2Fother')).toBe(404)
      expect(await statusOf(token, '/documents/team-a%2Fplan/links')).toBe(token === read.token ? 403 : 200)
      const other = await open(token, 'team-a/other')
      expect((await other.closed).code).toBe(4403)
      const documents = await (await ask(token, 'GET', '/documents')).json()
      expect(documents).toMatchObject({ documents: [{ id: 'team-a/plan' }] })
      await answered(await open(token))
    }
    const [reader, writer] = [await open(read.token), await open(write.token)]
    reader.send(update)
    writer.send(update)
    await reader.hear((frame) => frame[0] === 0 && frame[1] === 2)
    await expect
      .poll(async () => (await store.log.load('team-a/plan')).entries.map(({ actor }) => actor))
      .toEqual([`link-${write.id.slice(0, 16)}`])
  })

  it('are listed without what their holders show, and only its hash is kept', async () => {
    const made = await make(ada, { role: 'write', expires: '2099-01-01T00:00:00Z' })
    const { token: _token, path: _path, ...shown } = made
    expect(await list()).toEqual({ links: [shown] })
    expect(shown.createdBy).toBe('ada')
    // No link outlives a revocation, which is kept for as long as a token may hold.
    expect(Date.parse(shown.expires) - Date.parse(shown.created)).toBe(noTokens.maxLifetime)
    const kept = JSON.stringify(await store.collections.list('links:team-a/plan', { limit: 10 }))
    expect(kept).toContain(made.id)
    expect(kept).not.toContain(made.token.split('.').at(-1))
    expect(server.captured.text).not.toContain(made.token)
  })

  it('that are removed do not hold, and what is open by them closes', async () => {
    const [one, two] = [await make(ada, { role: 'write' }), await make(ada, {})]
    const [client, other] = [await open(one.token), await open(two.token)]
    await answered(client)
    await answered(other)
    expect((await ask(ada, 'DELETE', `${links}/${one.id}`)).status).toBe(204)
    expect(await client.closed).toEqual({ code: 4403, reason: 'revoked' })
    expect(await statusOf(one.token)).toBe(401)
    await answered(other)
    expect((await list()).links.map(({ id }) => id)).toEqual([two.id])
    expect((await ask(ada, 'DELETE', `${links}/${one.id}`)).status).toBe(404)
  })

  it('end with the access of whoever made them', async () => {
    const { token } = await make(await tokenWith({ claims: { iat: Math.floor(Date.now() / 1000) - 5 } }), {})
    const client = await open(token)
    await answered(client)
    const admin = await tokenWith({ claims: { sub: 'root', access: [{ documents: '*', role: 'admin' }] } })
    const revocation = { subject: 'ada', document: 'team-a/plan' }
    expect((await ask(admin, 'POST', '/revocations', revocation)).status).toBe(201)
    expect(await client.closed).toEqual({ code: 4403, reason: 'revoked' })
    expect(await statusOf(token)).toBe(401)
  })

  it('give nobody more than their maker has: neither a role, nor a time, nor after the link that they were made by', async () => {
    const reader = await tokenWith({ claims: { access: [{ documents: 'team-a/*', role: 'read' }] } })
    expect((await ask(reader, 'POST', links, {})).status).toBe(403)
    const first = await make(ada, { role: 'write', expires: new Date(Date.now() + 3_600_000).toISOString() })
    const second = await make(first.token, { role: 'write', expires: '2099-01-01T00:00:00Z' })
    expect(second.expires).toBe(first.expires)
    const third = await make(second.token, {})
    expect(await statusOf(third.token)).toBe(200)
    await ask(ada, 'DELETE', `${links}/${first.id}`)
    for (const { token } of [first, second, third]) expect(await statusOf(token)).toBe(401)
  })

  it('do not hold for the document that is made anew under its id, and say what became of it', async () => {
    const { token } = await make(ada, { role: 'write' })
    await store.catalog.trash('team-a/plan', 5)
    expect(await statusOf(token, '/documents/team-a%2Fplan/content')).toBe(410)
    await store.catalog.delete('team-a/plan', 6)
    await store.catalog.recreate({ id: 'team-a/plan', title: '', createdBy: '', at: 7 })
    expect(await statusOf(token)).toBe(401)
    expect(await list()).toEqual({ links: [] })
  })

  it('are erased with their document, and kept while it is in the trash', async () => {
    await make(ada, {})
    const admin = await tokenWith({ claims: { access: [{ documents: '*', role: 'admin' }] } })
    const kept = async (): Promise<number> => (await store.collections.list('links:team-a/plan', { limit: 10 })).length
    await ask(admin, 'DELETE', '/documents/team-a%2Fplan')
    await ask(admin, 'POST', '/documents/team-a%2Fplan/restore')
    expect((await list()).links).toHaveLength(1)
    await ask(admin, 'DELETE', '/documents/team-a%2Fplan?forever')
    await expect.poll(kept).toBe(0)
  })

  it('that are none, or were changed, are refused as any token is', async () => {
    const { token } = await make(ada, {})
    const [scheme, document, secret] = token.split('.')
    const others = [
      'weft-link.',
      `${scheme}.${document}`,
      `${scheme}.${document}.${secret}x`,
      `${scheme}.${document}.${'A'.repeat(43)}`,
      `${scheme}.${Buffer.from('team-a/other').toString('base64url')}.${secret}`,
      `${scheme}.${Buffer.from('../x').toString('base64url')}.${secret}`,
    ]
    for (const other of others) {
      const response = await ask(other, 'GET', '/documents/team-a%2Fplan')
      const { type }: Problem = await response.json()
      expect([response.status, type]).toEqual([401, '/problems/unauthorized'])
      expect((await (await open(other)).closed).code).toBe(4401)
    }
  })

  it('are so many and end when they can', async () => {
    for (const expires of ['yesterday', '2001-01-01T00:00:00Z', '2099-01-01']) {
      expect((await ask(ada, 'POST', links, { expires })).status).toBe(400)
    }
    for (let count = 0; count < 100; count++) await make(ada, {})
    const response = await ask(ada, 'POST', links, {})
    const { type }: Problem = await response.json()
    expect([response.status, type]).toEqual([409, '/problems/too-many-links'])
  })
})
