import { MemoryStore } from '@weft/persistence'
import { decodeServerExtension, encodeSyncStep2, encodeToken, encodeUpdate } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import { noTokens } from '../../src/auth/auth-config.ts'
import { TokenVerifier } from '../../src/auth/token-verifier.ts'
import { startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'
import { TierFixture, type TierFixtureOptions } from '../support/tier-fixture.ts'
import { noRevocations, testSecret, tokenWith } from '../support/tokens.ts'

const secrets = [{ kid: undefined, text: testSecret }]
const step1 = new Uint8Array([0, 0, 1, 0])
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1
/** Inserts `a` at the beginning of the text `t`, as client 1. */
const update = encodeUpdate(Uint8Array.from(Buffer.from('0101010004010174016100', 'hex')))
const nothing = encodeSyncStep2(new Uint8Array([0, 0]))

/** A tier that verifies tokens, and whose time stands still. */
async function tierWithTokens(options: TierFixtureOptions = {}): Promise<TierFixture> {
  return TierFixture.open({
    anonymous: 'none',
    verifier: (now) =>
      new TokenVerifier({ config: { ...noTokens, secrets }, keySet: undefined, revocations: noRevocations, now }),
    ...options,
  })
}

/** A token that holds for so many seconds of the fixture's time. */
async function tokenFor(fixture: TierFixture, seconds: number, claims: Record<string, unknown> = {}): Promise<string> {
  const iat = Math.floor(fixture.clock.now() / 1000)
  return tokenWith({ claims: { iat, exp: iat + seconds, access: [{ documents: 'd*', role: 'write' }], ...claims } })
}

async function opened(fixture: TierFixture, token: string, document = 'd'): Promise<SocketClient> {
  return SocketClient.open(fixture.url(document), { protocols: ['weft.1', `bearer.${token}`] })
}

/** Whether a client is there still, and heard. */
async function answered(client: SocketClient): Promise<void> {
  client.send(step1)
  await client.hear(isStep2)
}

describe('opening a document', () => {
  const read = { documents: 'team-a/*', role: 'read' }
  const write = { documents: 'team-a/*', role: 'write' }
  const admin = { documents: '*', role: 'admin' }
  it.each<[string, string, readonly object[], number | 'open', string]>([
    ['a reader', 'team-a/there', [read], 'open', ''],
    ['a reader', 'team-a/new', [read], 4404, 'not-found'],
    ['a reader', 'team-a/gone', [read], 4404, 'deleted'],
    ['a reader', 'team-b/there', [read], 4403, 'forbidden'],
    ['a reader', 'team-b/new', [read], 4403, 'forbidden'],
    ['a writer', 'team-a/there', [write], 'open', ''],
    ['a writer', 'team-a/new', [write], 'open', ''],
    ['a writer', 'team-a/gone', [write], 4404, 'deleted'],
    ['a writer', 'team-b/there', [write], 4403, 'forbidden'],
    ['a writer', 'team-b/new', [write], 4403, 'forbidden'],
    ['a writer', 'team-b/gone', [write], 4403, 'forbidden'],
    ['a writer', 'no//document', [write], 4404, 'invalid-document-id'],
    ['who has no access', 'team-a/there', [], 4403, 'forbidden'],
    ['an admin of all', 'anything', [admin], 'open', ''],
  ])('%s opens %s', async (_name, document, access, code, reason) => {
    const store = new MemoryStore()
    for (const id of ['team-a/there', 'team-a/gone', 'team-b/there', 'team-b/gone']) {
      await store.catalog.create({ id, title: '', createdBy: '', at: 0 })
    }
    for (const id of ['team-a/gone', 'team-b/gone']) await store.catalog.delete(id, 1)
    await using fixture = await tierWithTokens({ store })
    const client = await opened(fixture, await tokenFor(fixture, 60, { access }), document)
    if (code === 'open') {
      await answered(client)
      expect(await store.catalog.get(document)).toMatchObject({ createdBy: document.endsWith('there') ? '' : 'ada' })
      return
    }
    expect(await client.closed).toEqual({ code, reason })
    expect(await store.catalog.get('team-a/new')).toBeUndefined()
    expect(await store.catalog.get('team-b/new')).toBeUndefined()
  })

  it.each<[string, string | undefined]>([
    ['no token', undefined],
    ['garbage', 'garbage'],
    ['an empty token', ''],
    ['a token of another secret', 'other'],
    ['an expired token', 'expired'],
  ])('%s closes with 4401, by subprotocol and by query, whatever the document', async (_name, kind) => {
    await using fixture = await tierWithTokens({ anonymous: kind === undefined ? 'none' : 'write' })
    const tokens: Readonly<Record<string, string>> = {
      other: await tokenWith({ secret: 'a-secret-that-nobody-knows-about-here' }),
      expired: await tokenFor(fixture, 0),
    }
    const token = kind === undefined ? undefined : (tokens[kind] ?? kind)
    const ways =
      token === undefined
        ? [{ query: '', protocols: ['weft.1'] }]
        : [
            { query: '', protocols: ['weft.1', `bearer.${token}`] },
            { query: `?token=${token}`, protocols: [] },
          ]
    for (const { query, protocols } of ways) {
      for (const document of ['d', 'team-b/x']) {
        const client = await SocketClient.open(fixture.url(document) + query, { protocols })
        expect(await client.closed).toEqual({ code: 4401, reason: 'unauthorized' })
      }
    }
    if (token !== undefined && token !== '') expect(JSON.stringify(fixture.refused)).not.toContain(token)
  })

  it('a token may be in the query too', async () => {
    await using fixture = await tierWithTokens()
    const client = await SocketClient.open(`${fixture.url('d')}?token=${await tokenFor(fixture, 60)}`)
    await answered(client)
  })
})

describe('the end of a token', () => {
  it('ends the connection with 4401, within a second, and nobody else’s', async () => {
    await using fixture = await tierWithTokens()
    const short = await opened(fixture, await tokenFor(fixture, 2))
    const other = await opened(fixture, await tokenFor(fixture, 2), 'd2')
    const long = await opened(fixture, await tokenFor(fixture, 30), 'd3')
    await Promise.all([short, other, long].map(answered))
    fixture.clock.advance(1_999)
    await Promise.all([short, other, long].map(answered))
    fixture.clock.advance(1)
    for (const client of [short, other]) expect(await client.closed).toEqual({ code: 4401, reason: 'unauthorized' })
    fixture.clock.advance(10_000)
    await answered(long)
    expect(fixture.refused).toHaveLength(2)
  })

  it('costs one timer for all connections, and none where nothing ends', async () => {
    await using fixture = await tierWithTokens({ anonymous: 'write' })
    const { timers } = fixture.clock
    const anonymous = await SocketClient.open(fixture.url('d'))
    await answered(anonymous)
    expect(fixture.clock.timers).toBe(timers)
    for (const seconds of [600, 60, 4_000_000]) {
      await answered(await opened(fixture, await tokenFor(fixture, seconds)))
      expect(fixture.clock.timers).toBe(timers + 1)
    }
    // A token for longer than a timer takes is looked at now and then.
    fixture.clock.advance(700_000)
    expect(fixture.clock.timers).toBe(timers + 1)
  })

  it('is put off by a fresh token of the same bearer', async () => {
    await using fixture = await tierWithTokens()
    const client = await opened(fixture, await tokenFor(fixture, 5))
    await answered(client)
    client.send(encodeToken(await tokenFor(fixture, 4)), encodeToken(await tokenFor(fixture, 60)))
    // The next message is answered at once; the one after a fresh token was taken comes from a room that knows of it.
    await answered(client)
    await fixture.verified(3)
    fixture.clock.advance(10_000)
    await answered(client)
    fixture.clock.advance(50_000)
    expect(await client.closed).toEqual({ code: 4401, reason: 'unauthorized' })
  })

  it('comes sooner by a fresh token that ends sooner', async () => {
    await using fixture = await tierWithTokens()
    const client = await opened(fixture, await tokenFor(fixture, 60))
    await answered(client)
    client.send(encodeToken(await tokenFor(fixture, 5)))
    await fixture.verified(2)
    fixture.clock.advance(5_000)
    expect(await client.closed).toEqual({ code: 4401, reason: 'unauthorized' })
  })

  const eve: Record<string, unknown> = Object.fromEntries([['sub', 'eve']])
  it.each<[string, Record<string, unknown> | string, number, string]>([
    ['of someone else', eve, 4401, 'unauthorized'],
    ['for other documents', { access: [{ documents: 'x', role: 'admin' }] }, 4403, 'forbidden'],
    ['that has expired', { exp: 1 }, 4401, 'unauthorized'],
    ['that is garbage', 'garbage', 4401, 'unauthorized'],
  ])('a fresh token %s ends the connection at once', async (_name, claims, code, reason) => {
    await using fixture = await tierWithTokens()
    const client = await opened(fixture, await tokenFor(fixture, 60))
    await answered(client)
    client.send(encodeToken(typeof claims === 'string' ? claims : await tokenFor(fixture, 60, claims)))
    expect(await client.closed).toEqual({ code, reason })
  })

  it('is not put off where the keys to verify a fresh one cannot be had', async () => {
    let away = false
    await using fixture = await tierWithTokens({
      verifier: (now) => {
        const verifier = new TokenVerifier({
          config: { ...noTokens, secrets },
          keySet: undefined,
          revocations: noRevocations,
          now,
        })
        const unavailable = { refused: 'keys-unavailable', text: '' } as const
        return { verify: (token) => (away ? Promise.resolve(unavailable) : verifier.verify(token)) }
      },
    })
    const client = await opened(fixture, await tokenFor(fixture, 5))
    await answered(client)
    away = true
    client.send(encodeToken(await tokenFor(fixture, 60)))
    await fixture.verified(2)
    await answered(client)
    fixture.clock.advance(5_000)
    expect(await client.closed).toEqual({ code: 4401, reason: 'unauthorized' })
    const late = await opened(fixture, 'any')
    expect(await late.closed).toMatchObject({ code: 1013, reason: expect.stringMatching(/^keys-unavailable retry/) })
  })
})

describe('a fresh token with another role', () => {
  const reading = { access: [{ documents: 'd', role: 'read' }] }

  it('R5: makes a reader of a writer, who is told', async () => {
    await using fixture = await tierWithTokens()
    const client = await opened(fixture, await tokenFor(fixture, 60))
    await answered(client)
    client.send(encodeToken(await tokenFor(fixture, 60, reading)))
    const told = await client.hear((frame) => frame[0] === 102)
    expect(decodeServerExtension(told)).toMatchObject({ kind: 'read-only', frame: 0 })
    client.send(nothing, update)
    expect(decodeServerExtension(await client.hear((frame) => frame[0] === 102))).toMatchObject({ frame: 2 })
    await answered(client)
  })

  it('R5: makes a writer of a reader, whose refused change comes again with a new connection', async () => {
    const store = new MemoryStore()
    await store.catalog.create({ id: 'd', title: '', createdBy: '', at: 0 })
    await using fixture = await tierWithTokens({ store })
    const [refused, quiet] = [
      await opened(fixture, await tokenFor(fixture, 60, reading)),
      await opened(fixture, await tokenFor(fixture, 60, reading)),
    ]
    await Promise.all([refused, quiet].map(answered))
    refused.send(update)
    await refused.hear((frame) => frame[0] === 102)
    for (const client of [refused, quiet]) client.send(encodeToken(await tokenFor(fixture, 60)))
    expect(await refused.closed).toMatchObject({ code: 1012 })
    await fixture.verified(4)
    quiet.send(nothing, update)
    const isSaved = (frame: Uint8Array): boolean => Buffer.from(frame).equals(Buffer.from([100, 2]))
    await quiet.hear(isSaved)
  })
})

it('no secret and no token is ever in a log line', async () => {
  const auth = { ...noTokens, secrets: [{ kid: 'k', text: 'hush-short' }] }
  await using server = await startTestServer({ auth, anonymous: 'none' })
  const secret = 'hush-short'
  const tokens = [
    await tokenWith({ secret, header: { kid: 'k' } }),
    await tokenWith({ secret, header: { kid: 'k' }, claims: { exp: 1 } }),
    await tokenWith({ secret, header: { kid: 'k' }, claims: { sub: 'hush\n', access: 'hush' } }),
    'hush-garbage',
  ]
  for (const token of tokens) {
    const url = `${server.webSocketUrl}/sync/team-a/x`
    const client = await SocketClient.open(`${url}?token=${token}`)
    const fresh = await SocketClient.open(url, { protocols: ['weft.1', `bearer.${tokens[0]}`] })
    fresh.send(encodeToken(token))
    for (const path of [`/api/v1/documents?token=${token}`, `/api/v1/nope/${encodeURIComponent('x')}`]) {
      await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } })
    }
    const turnedAway = await fetch(`${server.url}/sync/x?token=${token}`)
    await turnedAway.arrayBuffer()
    if (token === tokens[0]) await Promise.all([client, fresh].map(answered))
    else await Promise.all([client.closed, fresh.closed])
  }
  await server.stop()
  expect(server.captured.of('auth-secret-short')).toMatchObject([{ kid: 'k' }])
  expect(server.captured.of('connection-refused').length).toBeGreaterThan(5)
  expect(server.captured.text).not.toContain('hush')
  for (const token of tokens) for (const part of token.split('.')) expect(server.captured.text).not.toContain(part)
})
