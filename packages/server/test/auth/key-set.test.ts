import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Identity, Refused } from '../../src/auth/access.ts'
import { noTokens } from '../../src/auth/auth-config.ts'
import { KeySet, KeysUnavailableError } from '../../src/auth/key-set.ts'
import { TokenVerifier } from '../../src/auth/token-verifier.ts'
import { noRevocations, testSecret, tokenWith } from '../support/tokens.ts'

/** An identity provider: keys of its own, and a server that says them. */
class Provider {
  readonly server: Server
  readonly keys: JWK[] = []
  asked = 0
  status = 200

  constructor() {
    this.server = createServer((_request, response) => {
      this.asked++
      response.writeHead(this.status, { location: '/elsewhere' }).end(JSON.stringify({ keys: this.keys }))
    })
  }

  get url(): string {
    const address = this.server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/jwks.json?key=hush`
  }

  /** Makes a key, and what signs tokens with it. */
  async key(alg: string, kid: string): Promise<(header?: object) => Promise<string>> {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    this.keys.push({ ...(await exportJWK(publicKey)), kid, use: 'sig' })
    const now = Math.floor(Date.now() / 1000)
    return async (header = {}) =>
      new SignJWT({ sub: 'ada', exp: now + 600 }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey)
  }
}

let provider: Provider
let now: number
let failures: string[]

beforeEach(async () => {
  provider = new Provider()
  provider.server.listen(0, '127.0.0.1')
  await once(provider.server, 'listening')
  now = Date.now()
  failures = []
})

afterEach(async () => {
  provider.server.closeAllConnections()
  provider.server.close()
  await once(provider.server, 'close')
})

function keySetOf(source = provider.url): KeySet {
  return new KeySet({ source, now: () => now, failing: ({ message }) => failures.push(message) })
}

function verifierWith(keySet: KeySet, secrets = noTokens.secrets): TokenVerifier {
  // Tokens of these tests are about keys, not about time.
  return new TokenVerifier({
    config: { ...noTokens, secrets },
    keySet,
    revocations: noRevocations,
    now: () => Date.now(),
  })
}

function outcome(verified: Identity | Refused): string {
  return 'refused' in verified ? verified.refused : verified.subject
}

it('keys of every algorithm verify their tokens, and are asked for once', async () => {
  const signers = await Promise.all(['RS256', 'ES256', 'EdDSA'].map((alg) => provider.key(alg, alg)))
  const verifier = verifierWith(keySetOf())
  const tokens = await Promise.all([...signers, ...signers].map((sign) => sign()))
  const verified = await Promise.all(tokens.map((token) => verifier.verify(token)))
  expect(verified.map(outcome)).toEqual(Array.from({ length: 6 }, () => 'ada'))
  expect(provider.asked).toBe(1)
})

it('no key takes the algorithm of another, and none is taken for a secret', async () => {
  const sign = await provider.key('RS256', 'rsa')
  await provider.key('ES256', 'ec')
  const verifier = verifierWith(keySetOf(), [{ kid: undefined, text: testSecret }])
  expect(outcome(await verifier.verify(await sign({ kid: 'ec' })))).toBe('unauthorized')
  const [rsa] = provider.keys
  for (const secret of [JSON.stringify(rsa), rsa?.n ?? '', testSecret.slice(1)]) {
    expect(outcome(await verifier.verify(await tokenWith({ secret, header: { kid: 'rsa' } })))).toBe('unauthorized')
  }
  expect(outcome(await verifier.verify(await tokenWith({})))).toBe('ada')
  const weaker = await provider.key('PS256', 'ps')
  expect(outcome(await verifier.verify(await weaker()))).toBe('unauthorized')
})

it('what a token says of where keys are is not followed', async () => {
  const elsewhere = new Provider()
  elsewhere.server.listen(0, '127.0.0.1')
  await once(elsewhere.server, 'listening')
  await provider.key('ES256', 'ours')
  const sign = await elsewhere.key('ES256', 'ours')
  const jwk = elsewhere.keys[0]
  const verifier = verifierWith(keySetOf())
  for (const header of [
    { jku: elsewhere.url },
    { x5u: elsewhere.url },
    { jwk },
    { jku: elsewhere.url, kid: 'theirs' },
  ]) {
    expect(outcome(await verifier.verify(await sign(header)))).toBe('unauthorized')
  }
  expect(elsewhere.asked).toBe(0)
  elsewhere.server.close()
})

it('a key that is not known has them asked for anew, at a bounded rate', async () => {
  const first = await provider.key('ES256', 'first')
  const verifier = verifierWith(keySetOf())
  expect(outcome(await verifier.verify(await first()))).toBe('ada')
  const second = await provider.key('ES256', 'second')
  for (let i = 0; i < 20; i++) expect(outcome(await verifier.verify(await second()))).toBe('unauthorized')
  expect(provider.asked).toBe(1)
  now += 10_000
  expect(outcome(await verifier.verify(await second()))).toBe('ada')
  for (let i = 0; i < 20; i++) await verifier.verify(await first({ kid: `made-up-${i}` }))
  expect(provider.asked).toBe(2)
})

it('a key that was taken back stops to count when they are asked for anew', async () => {
  const sign = await provider.key('ES256', 'gone')
  const verifier = verifierWith(keySetOf())
  const token = await sign()
  expect(outcome(await verifier.verify(token))).toBe('ada')
  provider.keys.length = 0
  now += 10 * 60 * 1000 + 1
  for (const later of [token, await sign()]) expect(outcome(await verifier.verify(later))).toBe('unauthorized')
})

it('while a provider is away its keys count for an hour, then nobody is let in, and it is asked at a bounded rate', async () => {
  const sign = await provider.key('ES256', 'key')
  const verifier = verifierWith(keySetOf())
  expect(outcome(await verifier.verify(await sign()))).toBe('ada')
  provider.status = 500
  now += 3_600_000
  expect(outcome(await verifier.verify(await sign()))).toBe('ada')
  now += 1
  for (let i = 0; i < 20; i++) expect(outcome(await verifier.verify(await sign()))).toBe('keys-unavailable')
  expect(provider.asked).toBe(2)
  provider.status = 200
  now += 10_000
  expect(outcome(await verifier.verify(await sign()))).toBe('ada')
  expect(failures).toEqual([
    expect.stringMatching(/from http:\/\/127\.0\.0\.1:\d+\/jwks\.json \(--auth-jwks\): it answered 500$/),
  ])
})

it('a redirect is not followed', async () => {
  provider.status = 302
  await expect(keySetOf().load()).rejects.toThrow(KeysUnavailableError)
  expect(provider.asked).toBe(1)
})

it('keys may be in a file, which is read anew too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-keys-'))
  const file = join(folder, 'jwks.json')
  try {
    const missing = await keySetOf(file).load().catch(String)
    expect(missing).toContain(file)
    await writeFile(file, '{"hush":')
    expect(await keySetOf(file).load().catch(String)).toMatch(/it is no JSON Web Key Set$/)
    await provider.key('ES256', 'one')
    await writeFile(file, JSON.stringify({ keys: provider.keys }))
    const verifier = verifierWith(keySetOf(file))
    const sign = await provider.key('EdDSA', 'two')
    expect(outcome(await verifier.verify(await sign()))).toBe('unauthorized')
    await writeFile(file, JSON.stringify({ keys: provider.keys }))
    now += 10_000
    expect(outcome(await verifier.verify(await sign()))).toBe('ada')
  } finally {
    await rm(folder, { recursive: true })
  }
})
