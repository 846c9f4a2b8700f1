import { describe, expect, it } from 'vitest'
import { type AuthConfig, noTokens } from '../../src/auth/auth-config.ts'
import { mintToken } from '../../src/auth/mint-token.ts'
import { TokenVerifier } from '../../src/auth/token-verifier.ts'
import { noRevocations, testSecret, tokenWith } from '../support/tokens.ts'

const now = Math.floor(Date.now() / 1000)
const secrets = [{ kid: undefined, text: testSecret }]

function verifierWith(config: Partial<AuthConfig> = {}, time = (): number => now * 1000): TokenVerifier {
  return new TokenVerifier({
    config: { ...noTokens, secrets, ...config },
    keySet: undefined,
    revocations: noRevocations,
    now: time,
  })
}

const holds = {
  subject: 'ada',
  grants: [{ documents: 'team-a/*', role: 'write' }],
  token: { subject: 'ada', jti: 'token-1', issued: now * 1000 },
  expires: (now + 600) * 1000,
}

describe('a token', () => {
  it('says who bears it, what they may do and until when', async () => {
    expect(
      await verifierWith().verify(await tokenWith({ claims: { iat: now, exp: now + 600, jti: 'token-1' } })),
    ).toMatchObject(holds)
  })

  it('without access opens nothing', async () => {
    expect(await verifierWith().verify(await tokenWith({ claims: { access: undefined } }))).toMatchObject({
      grants: [],
    })
  })

  it('of any issuer and audience is taken where none is asked for', async () => {
    const token = await tokenWith({ claims: { iss: 'x', aud: ['y'] } })
    expect(await verifierWith().verify(token)).toMatchObject({ subject: 'ada' })
    const config = { issuer: 'x', audience: 'y' }
    expect(await verifierWith(config).verify(token)).toMatchObject({ subject: 'ada' })
  })

  const grant = { documents: 'team-a/*', role: 'write' }
  it.each<[string, Record<string, unknown>, Partial<AuthConfig>, RegExp]>([
    ['that has expired', { exp: now }, {}, /expired/],
    ['that never expires', { exp: undefined }, {}, /exp/],
    ['that holds too long', { exp: now + 400 * 86_400 }, {}, /longer/],
    ['that holds longer than is configured', { exp: now + 3_700 }, { maxLifetime: 3_600_000 }, /longer/],
    [
      'that was issued long ago for too long',
      { iat: now - 3_600, exp: now + 600 },
      { maxLifetime: 3_600_000 },
      /longer/,
    ],
    ['that does not hold yet', { nbf: now + 60 }, {}, /nbf/],
    ['that was issued in the future', { iat: now + 60 }, {}, /future/],
    ['of another issuer', { iss: 'x' }, { issuer: 'y' }, /iss/],
    ['without an issuer', {}, { issuer: 'y' }, /iss/],
    ['for another audience', { aud: ['x'] }, { audience: 'y' }, /aud/],
    ['for no audience', {}, { audience: 'y' }, /aud/],
    ['of nobody', { sub: undefined }, {}, /sub/],
    ['whose subject is empty', { sub: '' }, {}, /malformed: sub/],
    ['whose subject is no text', { sub: 7 }, {}, /malformed: sub/],
    ['whose subject has control characters', { sub: 'a\nb' }, {}, /malformed: sub/],
    ['whose subject is too long', { sub: 'x'.repeat(257) }, {}, /malformed: sub/],
    ['whose name is no text', { name: {} }, {}, /malformed: name/],
    ['whose colour is no text', { color: 7 }, {}, /malformed: color/],
    ['whose access is no list', { access: grant }, {}, /malformed: access/],
    ['whose access has a role that there is not', { access: [{ ...grant, role: 'owner' }] }, {}, /access\.0\.role/],
    ['whose access has no pattern', { access: [grant, { role: 'read' }] }, {}, /access\.1\.documents/],
    ['whose access has a pattern that fits no id', { access: [{ ...grant, documents: 'a b' }] }, {}, /documents/],
    ['whose access has too many entries', { access: Array.from({ length: 101 }, () => grant) }, {}, /access/],
    ['whose access is null', { access: null }, {}, /malformed: access/],
    ['whose id is no text', { jti: 7 }, {}, /malformed: jti/],
    ['whose time of issue is no number', { iat: 'now' }, {}, /iat/],
  ])('%s does not hold', async (_name, claims, config, text) => {
    const refused = await verifierWith(config).verify(await tokenWith({ claims }))
    expect(refused).toEqual({ refused: 'unauthorized', text: expect.stringMatching(text) })
  })

  it('no error repeats what is in it', async () => {
    const claims = { sub: 'hush\n', name: 7, aud: 'hush-aud', jti: ['hush-jti'], access: [{ documents: 'hush *' }] }
    for (const config of [{}, { audience: 'y' }]) {
      const refused = await verifierWith(config).verify(await tokenWith({ claims }))
      expect(JSON.stringify(refused)).not.toContain('hush')
    }
  })

  it.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['some text', () => 'garbage'],
    ['three empty parts', () => '..'],
    ['a header that is no JSON', (token) => token.replace(/^[^.]+/, 'x')],
    ['no signature', (token) => token.replace(/[^.]+$/, '')],
    ['another signature', (token) => token.replace(/[^.]+$/, 'AAAA')],
    ['another payload', (token) => token.replace(/\..+\./, '.eyJzdWIiOiJ4In0.')],
    ['its end cut off', (token) => token.slice(0, -1)],
    ['17,000 characters', (token) => token.padEnd(17_000, 'A')],
    ['the algorithm none', (token) => `${encoded({ alg: 'none' })}.${token.split('.')[1]}.`],
    ['an algorithm of other keys', (token) => token.replace(/^[^.]+/, encoded({ alg: 'RS256' }))],
    ['an algorithm that there is not', (token) => token.replace(/^[^.]+/, encoded({ alg: 'constructor' }))],
    [
      'a header that must be understood',
      (token) => token.replace(/^[^.]+/, encoded({ alg: 'HS256', crit: ['x'], x: 1 })),
    ],
  ])('with %s does not hold', async (_name, change) => {
    expect(await verifierWith().verify(change(await tokenWith()))).toMatchObject({ refused: 'unauthorized' })
  })
})

it('a token that was checked once is not held for longer than it holds', async () => {
  let time = now * 1000
  let revoked = false
  const config = { ...noTokens, secrets }
  const revocations = { covers: () => revoked, documentsOf: () => [] }
  const verifier = new TokenVerifier({ config, keySet: undefined, revocations, now: () => time })
  const token = await tokenWith({ claims: { iat: now, exp: now + 600 } })
  for (let i = 0; i < 2; i++) expect(await verifier.verify(token)).toMatchObject({ subject: 'ada' })
  // Others do not hold because of it, and it holds when many others came since.
  expect(await verifier.verify(`${token.slice(0, -4)}AAAA`)).toMatchObject({ refused: 'unauthorized' })
  const others = await Promise.all(Array.from({ length: 2_100 }, (_, i) => tokenWith({ claims: { jti: `${i}` } })))
  await Promise.all(others.map((other) => verifier.verify(other)))
  expect(await verifier.verify(token)).toMatchObject({ subject: 'ada' })
  revoked = true
  expect(await verifier.verify(token)).toMatchObject({ refused: 'revoked' })
  revoked = false
  time += 600_000
  expect(await verifier.verify(token)).toMatchObject({ refused: 'unauthorized' })
})

describe('secrets', () => {
  const rotating = [
    { kid: 'new', text: 'the-new-secret-that-signs-from-now-on' },
    { kid: 'old', text: 'the-old-secret-that-still-verifies...' },
    { kid: undefined, text: testSecret },
  ]
  it.each<[string, string, string | undefined, boolean]>([
    ['one by its name', 'the-old-secret-that-still-verifies...', 'old', true],
    ['one by the name of another', 'the-old-secret-that-still-verifies...', 'new', false],
    ['one with a name, in a token that names none', 'the-new-secret-that-signs-from-now-on', undefined, false],
    ['one without a name, in a token that names none', testSecret, undefined, true],
    ['one without a name, in a token that names something', testSecret, 'elsewhere', true],
    ['one that is not known', 'a-secret-that-nobody-knows-about-here', undefined, false],
  ])('%s', async (_name, secret, kid, ok) => {
    const token = await tokenWith({ secret, header: kid === undefined ? {} : { kid } })
    expect('refused' in (await verifierWith({ secrets: rotating }).verify(token))).toBe(!ok)
  })

  it('a token of ours holds with what it was made from', async () => {
    const [secret] = rotating
    if (secret === undefined) throw new Error('there is one')
    const facts = { subject: 'ci', name: 'CI', color: undefined, access: [], lifetime: 1_500, id: 'id-1' }
    const token = await mintToken({ ...facts, issuer: 'weft', audience: 'docs' }, secret, now * 1000)
    const config = { secrets: rotating, issuer: 'weft', audience: 'docs' }
    const expires = (now + 2) * 1000
    expect(await verifierWith(config).verify(token)).toMatchObject({ subject: 'ci', grants: [], expires })
    expect(await verifierWith(config, () => expires - 1).verify(token)).toMatchObject({ subject: 'ci' })
    expect(await verifierWith(config, () => expires).verify(token)).toMatchObject({ refused: 'unauthorized' })
  })
})

function encoded(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}
