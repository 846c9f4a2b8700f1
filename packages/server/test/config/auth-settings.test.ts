import { describe, expect, it } from 'vitest'
import type { AuthConfig } from '../../src/auth/auth-config.ts'
import { authSettings } from '../../src/config/auth-settings.ts'
import { readInvocation } from '../../src/config/read-config.ts'
import { ConfigurationError } from '../../src/config/settings.ts'

function authOf(args: string[], environment: NodeJS.ProcessEnv = {}): AuthConfig {
  const invocation = readInvocation(['serve', ...args], environment)
  if (!('config' in invocation)) throw new Error('this starts no server')
  return invocation.config.auth
}

function tokenOf(args: string[], environment: NodeJS.ProcessEnv = {}): unknown {
  const invocation = readInvocation(['token', ...args], environment)
  if (invocation.command !== 'token') throw new Error('this makes no token')
  return invocation.token
}

function errorOf(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigurationError) return error
  }
  throw new Error('it is no wrong configuration')
}

describe('how tokens are verified', () => {
  it('secrets may have names and be several, as flags and in the environment', () => {
    const secrets = [
      { kid: '2026-11', text: 'a=b c' },
      { kid: undefined, text: 'plain text' },
      { kid: undefined, text: 'Zm9vYmFy==' },
      { kid: undefined, text: '=x' },
    ]
    const given = ['2026-11=a=b c', 'plain text', 'Zm9vYmFy==', '=x']
    expect(authOf(given.map((text) => `--auth-secret=${text}`)).secrets).toEqual(secrets)
    expect(authOf([], { WEFT_AUTH_SECRET: given.join('\n') }).secrets).toEqual(secrets)
    expect(authOf(['--auth-secret', 'x'], { WEFT_AUTH_SECRET: 'y' }).secrets).toEqual([{ kid: undefined, text: 'x' }])
  })

  it('all else is one flag each', () => {
    const args = ['--auth-jwks', 'https://id.example/jwks', '--auth-issuer', 'i', '--auth-audience', 'a']
    expect(authOf([...args, '--auth-max-lifetime', '12h'])).toEqual({
      secrets: [],
      jwks: 'https://id.example/jwks',
      issuer: 'i',
      audience: 'a',
      maxLifetime: 12 * 3_600_000,
    })
    expect(authOf(['--auth-jwks', './jwks.json']).jwks).toBe('./jwks.json')
  })

  it('help names each with its variable, and no value', () => {
    const invocation = readInvocation(['help'], { WEFT_AUTH_SECRET: 'hush' })
    const text = invocation.command === 'help' ? invocation.text : ''
    for (const { flag } of Object.values(authSettings)) {
      expect(text).toContain(`--${flag} <`)
      expect(text).toContain(`WEFT_${flag.toUpperCase().replaceAll('-', '_')}`)
    }
    for (const flag of ['subject', 'name', 'color', 'access', 'expires']) expect(text).toContain(`--${flag} <`)
    expect(text).not.toContain('hush')
  })

  it.each([
    [['--auth-secret', ''], /^--auth-secret takes a secret, not an empty text$/],
    [['--auth-secret', 'a', '--auth-secret', ' '], /^--auth-secret takes/],
    [['--auth-secret', 'k=hush-1', '--auth-secret', 'k=hush-2'], /^--auth-secret names two secrets alike$/],
    [['--auth-jwks', ''], /^--auth-jwks takes an http\(s\) URL or a file$/],
    [['--auth-jwks', 'https://'], /^--auth-jwks takes a URL/],
    [['--auth-jwks', 'https://me:hush@id.example/jwks'], /^--auth-jwks takes a URL .* without a password/],
    [['--auth-secret', 'hush', '--auth-issuer', ''], /^--auth-issuer takes/],
    [['--auth-secret', 'hush', '--auth-audience', ''], /^--auth-audience takes/],
    [['--auth-secret', 'hush', '--auth-max-lifetime', '1y'], /^--auth-max-lifetime takes a time such as/],
    [['--auth-secret', 'hush', '--auth-max-lifetime', '0s'], /^--auth-max-lifetime takes/],
    [['--auth-secrets', 'hush'], /--auth-secrets/],
    [['--auth-secret', '-hush'], /--auth-secret/],
    [['--auth-secret', 'my', 'hush'], /^an argument stands where a flag should: quote what has spaces/],
  ])('%j is one line that names what is wrong, and no secret', (args, message) => {
    const { message: text } = errorOf(() => authOf(args))
    expect(text).toMatch(message)
    expect(text).not.toMatch(/hush|\n/)
  })
})

describe('weft token', () => {
  it('says who bears it, what they may do and for how long', () => {
    const args = ['--subject', 'ada', '--name', 'Ada', '--color', '#a00', '--expires', '90d', '--auth-issuer', 'i']
    const access = ['--access', 'team-a/*:write', '--access', 'a:b:read']
    expect(tokenOf([...args, ...access, '--auth-audience', 'a'], { WEFT_AUTH_SECRET: 'k=x\ny' })).toEqual({
      secret: { kid: 'k', text: 'x' },
      subject: 'ada',
      name: 'Ada',
      color: '#a00',
      access: [
        { documents: 'team-a/*', role: 'write' },
        { documents: 'a:b', role: 'read' },
      ],
      lifetime: 90 * 86_400_000,
      issuer: 'i',
      audience: 'a',
    })
    expect(tokenOf(['--auth-secret', 'x', '--subject', 'ada'])).toMatchObject({ access: [], lifetime: 3_600_000 })
  })

  it.each([
    [['--subject', 'ada'], /^--auth-secret must be given/],
    [['--auth-secret', 'hush'], /^--subject must be given/],
    [['--auth-secret', 'hush', '--subject', 'ada', '--access', 'team-a/*'], /^--access takes/],
    [['--auth-secret', 'hush', '--subject', 'ada', '--access', 'a b:read'], /^--access takes/],
    [['--auth-secret', 'hush', '--subject', 'ada', '--access', 'a:owner'], /^--access takes/],
    [['--auth-secret', 'hush', '--subject', 'ada', '--access', 'read'], /^--access takes/],
    [['--auth-secret', 'hush', '--subject', 'ada', '--expires', 'soon'], /^--expires takes a time such as/],
    [['--auth-secret', 'hush', '--subject', 'ada', '--port', '1'], /--port/],
  ])('%j is one line that names what is wrong, and no secret', (args, message) => {
    const { message: text } = errorOf(() => tokenOf(args))
    expect(text).toMatch(message)
    expect(text).not.toMatch(/hush|\n/)
  })
})
