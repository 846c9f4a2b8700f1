import { decodeJwt, type JWTPayload } from 'jose'
import { roleOn } from './access.ts'
import type { AuthConfig } from './auth-config.ts'
import { type Claims, identityOf, readClaims } from './claims.ts'
import type { RevocationList } from './revocation-list.ts'
import { clockTolerance, timeChecks, timeFault } from './token-times.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** One thing that is looked at before a token opens a document. `skipped`: it could not be, or is not asked for. */
export interface TokenCheck {
  readonly check:
    | 'format'
    | 'signature'
    | 'claims'
    | 'issuer'
    | 'audience'
    | 'not-before'
    | (typeof timeChecks)[number]
    | 'revocation'
    | 'access'
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** For a person. Never holds a part of a token but what it grants. */
  readonly text: string
}

/** What became of each check. */
export interface Inspection {
  readonly checks: readonly TokenCheck[]
  /** What the token says, where that can be read. Whether it is true, the checks say. */
  readonly claims: Claims | undefined
}

/** What tokens are inspected with: what they are verified with. */
export interface InspectorParts {
  readonly verifier: Pick<TokenVerifier, 'signatureFault'>
  readonly config: Pick<AuthConfig, 'issuer' | 'audience' | 'maxLifetime'>
  readonly revocations: Pick<RevocationList, 'covers' | 'documentsOf'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Why a token opens a document, or does not: every check by itself, where verifying ends at the first that fails. */
export async function inspectToken(parts: InspectorParts, token: string, document: string): Promise<Inspection> {
  const payload = decoded(token)
  if (payload === undefined) {
    return { claims: undefined, checks: [failed('format', 'it is no JWT: three parts of base64url with dots between')] }
  }
  const fault = await parts.verifier.signatureFault(token)
  const read = readClaims(payload)
  const claims = 'malformed' in read ? undefined : read
  const said =
    'malformed' in read
      ? [failed('claims', `malformed, or missing: ${read.malformed}`)]
      : [passed('claims', 'those that Weft reads are as they must be')]
  return {
    claims,
    checks: [
      passed('format', 'it is a JWT'),
      fault === undefined ? passed('signature', 'it is by a key of this server') : failed('signature', fault),
      ...said,
      ...namesOf(payload, parts.config),
      ...(claims === undefined ? unread() : checksOf(claims, payload, document, parts)),
    ],
  }
}

function checksOf(
  claims: Claims,
  payload: JWTPayload,
  document: string,
  { config, revocations, now }: InspectorParts,
): TokenCheck[] {
  const fault = timeFault(claims, now(), config.maxLifetime)
  const times = timeChecks.map((check) =>
    check === fault?.check ? failed(check, fault.text) : passed(check, timeTexts[check](claims)),
  )
  const identity = identityOf(claims, revocations)
  const everywhere = identity.token !== undefined && revocations.covers(identity.token, undefined)
  const role = roleOn(identity, document)
  return [
    beginOf(payload['nbf'], now()),
    ...times,
    everywhere
      ? failed('revocation', 'it has been taken back')
      : identity.withdrawn(document)
        ? failed('revocation', `it has been taken back for ${document}`)
        : passed('revocation', 'it has not been taken back'),
    role === undefined
      ? failed('access', `none of its ${claims.access.length} grants covers ${document}`)
      : passed('access', `it gives ${role} on ${document}`),
  ]
}

function beginOf(nbf: unknown, now: number): TokenCheck {
  if (nbf === undefined) return passed('not-before', 'it does not say from when on it holds')
  if (typeof nbf !== 'number') return failed('not-before', 'nbf is no time')
  const early = nbf > Math.floor(now / 1000) + clockTolerance
  return (early ? failed : passed)('not-before', `it holds from ${timeText(nbf)} on`)
}

const timeTexts: Readonly<Record<(typeof timeChecks)[number], (claims: Claims) => string>> = {
  expiry: ({ exp }) => `it holds until ${timeText(exp)}`,
  issue: ({ iat }) => (iat === undefined ? 'it does not say when it was issued' : `it was issued at ${timeText(iat)}`),
  lifetime: () => 'it holds no longer than this server takes',
}

/** Of an audience that is a list, one is enough. */
function namesOf({ iss, aud }: JWTPayload, { issuer, audience }: InspectorParts['config']): TokenCheck[] {
  const audiences = aud === undefined ? [] : [aud].flat()
  return [
    issuer === undefined
      ? skipped('issuer', 'this server asks for none')
      : iss === issuer
        ? passed('issuer', `it is ${issuer}`)
        : failed('issuer', `iss must be ${issuer}`),
    audience === undefined
      ? skipped('audience', 'this server asks for none')
      : audiences.includes(audience)
        ? passed('audience', `it is for ${audience}`)
        : failed('audience', `aud must be, or have, ${audience}`),
  ]
}

function unread(): TokenCheck[] {
  const checks = ['not-before', ...timeChecks, 'revocation', 'access'] as const
  return checks.map((check) => skipped(check, 'its claims cannot be read'))
}

function decoded(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token)
  } catch {
    return undefined
  }
}

/** A time in a token may be any number. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? `${seconds} s after 1970` : date.toISOString()
}

function passed(check: TokenCheck['check'], text: string): TokenCheck {
  return { check, outcome: 'passed', text }
}

function failed(check: TokenCheck['check'], text: string): TokenCheck {
  return { check, outcome: 'failed', text }
}

function skipped(check: TokenCheck['check'], text: string): TokenCheck {
  return { check, outcome: 'skipped', text }
}
