import { type AuthConfig, type AuthSecret, noTokens } from '../auth/auth-config.ts'
import { isKeySetUrl } from '../auth/key-set.ts'
import { parseDuration } from './duration.ts'
import type { SettingReader } from './read-settings.ts'
import { ConfigurationError, type Setting } from './settings.ts'

/** A name before the secret. Base64 ends in `=` too, which names nothing. */
const named = /^([A-Za-z0-9_.-]{1,64})=(?!=*$)(.+)$/

/** How tokens are verified, as settings. No error of theirs repeats what was given: it may be a secret. */
export const authSettings: {
  readonly secrets: Setting<readonly AuthSecret[]>
  readonly jwks: Setting<string>
  readonly issuer: Setting<string>
  readonly audience: Setting<string>
  readonly maxLifetime: Setting<number>
} = {
  secrets: {
    flag: 'auth-secret',
    placeholder: 'text or <kid>=<text>',
    help: 'a secret that tokens are signed with (HS256); repeat it for several, in the environment one a line',
    repeatable: true,
    secret: true,
    parse: secrets,
  },
  jwks: {
    flag: 'auth-jwks',
    placeholder: 'url or file',
    help: "an identity provider's public keys, a JSON Web Key Set (RS256, ES256, EdDSA)",
    parse: jwks,
  },
  issuer: {
    flag: 'auth-issuer',
    placeholder: 'text',
    help: "what a token's iss must be; not checked where it is left away",
    parse: some('auth-issuer'),
  },
  audience: {
    flag: 'auth-audience',
    placeholder: 'text',
    help: "what must be in a token's aud; not checked where it is left away",
    parse: some('auth-audience'),
  },
  maxLifetime: {
    flag: 'auth-max-lifetime',
    placeholder: 'time',
    help: 'how long tokens may hold from their issue, such as 12h or 90d; 366d where it is left away',
    parse: (text) => parseDuration('auth-max-lifetime', text),
  },
}

/** @throws ConfigurationError */
export function readAuthConfig(value: SettingReader): AuthConfig {
  return {
    secrets: value(authSettings.secrets, noTokens.secrets),
    jwks: value(authSettings.jwks, noTokens.jwks),
    issuer: value(authSettings.issuer, noTokens.issuer),
    audience: value(authSettings.audience, noTokens.audience),
    maxLifetime: value(authSettings.maxLifetime, noTokens.maxLifetime),
  }
}

function secrets(text: string): AuthSecret[] {
  const list = text.split('\n').map(secret)
  const kids = list.flatMap(({ kid }) => kid ?? [])
  if (new Set(kids).size < kids.length) throw new ConfigurationError('--auth-secret names two secrets alike')
  return list
}

function secret(text: string): AuthSecret {
  const [, kid, rest] = named.exec(text) ?? []
  const found = { kid, text: rest ?? text }
  if (found.text.trim() === '') throw new ConfigurationError('--auth-secret takes a secret, not an empty text')
  return found
}

function jwks(text: string): string {
  if (text === '') throw new ConfigurationError('--auth-jwks takes an http(s) URL or a file')
  if (!isKeySetUrl(text)) return text
  const url = URL.parse(text)
  if (url?.username !== '' || url.password !== '') {
    throw new ConfigurationError(
      '--auth-jwks takes a URL such as https://id.example.com/jwks.json, without a password in it',
    )
  }
  return url.href
}

function some(flag: string): (text: string) => string {
  return (text) => {
    if (text === '') throw new ConfigurationError(`--${flag} takes a text that is not empty`)
    return text
  }
}
