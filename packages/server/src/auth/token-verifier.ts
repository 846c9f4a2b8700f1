import { compactVerify, decodeProtectedHeader, errors, jwtVerify, type JWTVerifyOptions, type LocalJWKSet } from 'jose'
import type { Identity, Refused } from './access.ts'
import type { AuthConfig } from './auth-config.ts'
import { type Claims, identityOf, type MalformedClaims, readClaims } from './claims.ts'
import { type KeySet, KeysUnavailableError } from './key-set.ts'
import type { RevocationList } from './revocation-list.ts'
import { clockTolerance, timeFault } from './token-times.ts'
import { VerifiedTokens } from './verified-tokens.ts'

/** Longer tokens are not looked at. In a header no more than this gets through anyway. */
const maxTokenLength = 16 * 1024

/** Algorithms of an identity provider's keys. */
const keySetAlgorithms = ['RS256', 'ES256', 'EdDSA']

/** What tokens are verified with. */
export interface TokenVerifierParts {
  readonly config: AuthConfig
  /** Where an identity provider has keys. */
  readonly keySet: KeySet | undefined
  readonly revocations: Pick<RevocationList, 'covers' | 'documentsOf'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

type Secrets = readonly { readonly kid: string | undefined; readonly key: Uint8Array }[]

/** Tells from a token who bears it. */
export class TokenVerifier {
  readonly #parts: TokenVerifierParts
  readonly #secrets: Secrets
  readonly #verified = new VerifiedTokens()

  constructor(parts: TokenVerifierParts) {
    this.#parts = parts
    this.#secrets = parts.config.secrets.map(({ kid, text }) => ({ kid, key: new TextEncoder().encode(text) }))
  }

  /** Why a token's signature does not hold, whatever the token says; undefined where it does. */
  async signatureFault(token: string): Promise<string | undefined> {
    try {
      const { keys, kid } = await this.#keysOf(token)
      if (typeof keys === 'function') {
        await compactVerify(token, (header) => keys(header), { algorithms: keySetAlgorithms })
      } else await this.#withSecret(kid, (key) => compactVerify(token, key, { algorithms: ['HS256'] }))
      return undefined
    } catch (error) {
      return error instanceof KeysUnavailableError ? 'the keys to verify it with cannot be had now' : reasonOf(error)
    }
  }

  async verify(token: string): Promise<Identity | Refused> {
    try {
      const claims = await this.#claims(token)
      return 'malformed' in claims ? refuse(`its claims are malformed: ${claims.malformed}`) : this.#identify(claims)
    } catch (error) {
      if (error instanceof KeysUnavailableError) {
        return {
          refused: 'keys-unavailable',
          text: 'This server cannot get the keys to verify tokens with at the moment.',
        }
      }
      return refuse(reasonOf(error))
    }
  }

  #identify(claims: Claims): Identity | Refused {
    const { config, now } = this.#parts
    const wrong = timeFault(claims, now(), config.maxLifetime)
    if (wrong !== undefined) return refuse(wrong.text)
    const identity = identityOf(claims, this.#parts.revocations)
    const { token } = identity
    if (token === undefined || !this.#parts.revocations.covers(token, undefined)) return identity
    return { refused: 'revoked', text: 'This access has been taken back.' }
  }

  async #claims(token: string): Promise<Claims | MalformedClaims> {
    const { keys, kid } = await this.#keysOf(token)
    const known = this.#verified.get(token, keys)
    if (known !== undefined) return known
    const payload =
      typeof keys === 'function'
        ? (await jwtVerify(token, (header) => keys(header), this.#options(keySetAlgorithms))).payload
        : await this.#withSecret(kid, async (key) => (await jwtVerify(token, key, this.#options(['HS256']))).payload)
    const claims = readClaims(payload)
    if (!('malformed' in claims)) this.#verified.add(token, keys, claims)
    return claims
  }

  /** Which keys may have signed it follows from its algorithm, and each kind of key takes only its own algorithms. */
  async #keysOf(token: string): Promise<{ readonly keys: Secrets | LocalJWKSet; readonly kid: string | undefined }> {
    if (token.length > maxTokenLength) throw new errors.JWTInvalid('too long')
    const { alg, kid } = decodeProtectedHeader(token)
    return { keys: alg === 'HS256' ? this.#secrets : await this.#keysFor(alg, kid), kid }
  }

  async #keysFor(alg: string | undefined, kid: string | undefined): Promise<LocalJWKSet> {
    const { keySet } = this.#parts
    if (keySet === undefined || alg === undefined || !keySetAlgorithms.includes(alg)) {
      throw new errors.JOSEAlgNotAllowed('this server has no such keys')
    }
    return keySet.for(kid)
  }

  /** Tries the secrets that may have signed a token, until one fits. */
  async #withSecret(kid: string | undefined, verify: (key: Uint8Array) => Promise<unknown>): Promise<unknown> {
    const named = this.#secrets.filter((secret) => kid !== undefined && secret.kid === kid)
    const candidates = named.length > 0 ? named : this.#secrets.filter((secret) => secret.kid === undefined)
    let failure: unknown = new errors.JWKSNoMatchingKey()
    for (const { key } of candidates) {
      try {
        return await verify(key)
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
        failure = error
      }
    }
    throw failure
  }

  #options(algorithms: string[]): JWTVerifyOptions {
    const { config, now } = this.#parts
    const { issuer, audience } = config
    return {
      algorithms,
      clockTolerance,
      currentDate: new Date(now()),
      requiredClaims: ['sub', 'exp'],
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    }
  }
}

function refuse(reason: string): Refused {
  return { refused: 'unauthorized', text: `The token does not hold: ${reason}.` }
}

/** Why a token does not hold, in words of ours: a library's might repeat what is in it. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    const known = ['iss', 'aud', 'sub', 'exp', 'nbf', 'iat'].find((claim) => claim === error.claim)
    return known === undefined ? 'a claim is not as it must be' : `its claim ${known} is missing or not as it must be`
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not by a key of this server'
  if (error instanceof errors.JWKSNoMatchingKey) return 'this server has no key of the id that it names'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it does not name the key that it is signed with'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is none that this server takes'
  return 'it is no JWT that this server can read'
}
