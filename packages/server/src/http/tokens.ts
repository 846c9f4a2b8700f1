import type { DocumentCatalog } from '@weft/persistence'
import {
  type MintedToken,
  mintedTokenSchema,
  newTokenSchema,
  type TokenInspection,
  tokenInspectionSchema,
  tokenQuestionSchema,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import { type Grant, type Identity, type Role, roleOn } from '../auth/access.ts'
import { coversPattern, matchesPattern } from '../auth/document-pattern.ts'
import type { Inspection } from '../auth/inspect-token.ts'
import { requireRole } from './access.ts'
import type { EdgeEnvironment } from './requests.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'

/** What a token is made of. */
export interface TokenToMint {
  readonly subject: string
  readonly name: string | undefined
  readonly color: string | undefined
  readonly access: readonly Grant[]
  /** Milliseconds, of whole seconds. */
  readonly lifetime: number
}

/** Makes tokens. */
export interface TokenMint {
  /** How long a token may hold, in milliseconds. */
  readonly maxLifetime: number
  readonly mint: (
    token: TokenToMint,
  ) => Promise<{ readonly token: string; readonly id: string; readonly expires: number }>
}

/** What the routes of tokens need. */
export interface TokenRoutesParts {
  readonly catalog: () => Pick<DocumentCatalog, 'get'>
  /** Undefined where there is no secret to sign with. */
  readonly mint: TokenMint | undefined
  /** Undefined where no tokens are verified. */
  readonly inspect: ((token: string, document: string) => Promise<Inspection>) | undefined
  readonly now: () => number
}

/** How long a token holds that is asked for without a lifetime, in milliseconds. */
const defaultLifetime = 3_600_000

const minting = {
  id: 'createToken',
  summary: 'Make a token',
  text: 'For a person of your own, by a service key. It gives no more than the asking token: every grant must lie within what that administers, and it must not end later.',
  needs: 'admin on all documents that it gives access to',
  body: newTokenSchema,
  answers: { 201: mintedTokenSchema },
  refuses: ['forbidden', 'no-signing-secret'],
} as const

const inspecting = {
  id: 'inspectToken',
  summary: 'Say why a token opens a document, or does not',
  text: 'Every check by itself. The token is not written down anywhere.',
  needs: 'admin on the document',
  body: tokenQuestionSchema,
  answers: { 200: tokenInspectionSchema },
  refuses: ['forbidden', 'not-found', 'no-tokens'],
} as const

/** `/tokens`: making them, and seeing what one is good for. */
export function tokenRoutes({ catalog, mint, inspect, now }: TokenRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>()
    .post('/', describeRoute(minting), async (context) => {
      const identity = context.get('identity')
      requireSomeAdmin(identity)
      const { subject, name, color, access, lifetime } = await context.var.asked.body()
      for (const grant of access) requireCovered(identity, grant)
      if (mint === undefined) throw noSecret()
      const milliseconds = lifetimeOf(lifetime, mint.maxLifetime, identity, now())
      const { token, id, expires } = await mint.mint({ subject, name, color, access, lifetime: milliseconds })
      const body: MintedToken = { token, id, subject, access, expires: new Date(expires).toISOString() }
      context.header('Cache-Control', 'no-store')
      return context.json(body, 201)
    })
    .post('/inspect', describeRoute(inspecting), async (context) => {
      const identity = context.get('identity')
      requireSomeAdmin(identity)
      const { token, document } = await context.var.asked.body()
      requireRole(identity, document, 'admin')
      if (inspect === undefined) {
        throw new ProblemError('no-tokens', 409, 'this server verifies no tokens: documents are opened without one')
      }
      const { checks, claims } = await inspect(token, document)
      const held = checks.every(({ outcome }) => outcome !== 'failed')
      const role = held && claims !== undefined ? roleOn({ grants: claims.access }, document) : undefined
      const there = documentCheck(role, (await catalog().get(document)) !== undefined)
      const opens = role !== undefined && there.outcome !== 'failed'
      const body: TokenInspection = {
        opens,
        role: opens ? role : null,
        claims: claims === undefined ? null : claimsOf(claims),
        checks: [...checks, there],
      }
      context.header('Cache-Control', 'no-store')
      return context.json(body)
    })
}

/** Before the body is looked at: whoever administers nothing learns nothing of what it should be. */
function requireSomeAdmin({ grants }: Identity): void {
  if (!grants.some(({ role }) => role === 'admin')) {
    throw new ProblemError('forbidden', 403, 'this needs admin access to the documents concerned')
  }
}

/** @throws ProblemError 403 where a grant would give what its giver does not administer */
function requireCovered({ grants, withdrawnFrom }: Identity, { documents }: Grant): void {
  const covered = grants.some((held) => held.role === 'admin' && coversPattern(held.documents, documents))
  if (covered && !withdrawnFrom().some((document) => matchesPattern(documents, document))) return
  throw new ProblemError('forbidden', 403, `this needs admin access to all of ${documents}; yours is less`)
}

/**
 * How long a token holds, in milliseconds.
 *
 * @param asked in seconds
 * @throws ProblemError 400 where it is longer than the server takes; 403 where it would outlast its giver's
 */
function lifetimeOf(asked: number | undefined, most: number, { expires }: Identity, now: number): number {
  const left = expires === undefined ? Infinity : expires - now
  if (asked === undefined) return Math.min(defaultLifetime, most, left)
  const lifetime = asked * 1000
  if (lifetime > most) {
    const message = `is more than ${most / 1000}, the most that this server takes (--auth-max-lifetime)`
    throw new ProblemError('invalid-request', 400, `lifetime: ${message}`, [{ field: 'lifetime', message }])
  }
  if (expires !== undefined && lifetime > left) {
    const end = new Date(expires).toISOString()
    throw new ProblemError('forbidden', 403, `it would outlast your own token, which ends at ${end}: ask for less`)
  }
  return lifetime
}

function noSecret(): ProblemError {
  return new ProblemError(
    'no-signing-secret',
    409,
    'this server has no secret to sign tokens with: give it --auth-secret, or have your identity provider make them',
  )
}

/** As opening it does: whoever may write creates what never existed. */
function documentCheck(role: Role | undefined, exists: boolean): TokenInspection['checks'][number] {
  const check = 'document'
  if (role === undefined) return { check, outcome: 'skipped', text: 'it gives no access' }
  if (exists) return { check, outcome: 'passed', text: 'it exists' }
  if (role === 'read') return { check, outcome: 'failed', text: 'it does not exist, and a reader does not create it' }
  return { check, outcome: 'passed', text: 'it does not exist: opening it creates it, unless it was deleted' }
}

function claimsOf({ sub, access, jti, iat, exp }: NonNullable<Inspection['claims']>): TokenInspection['claims'] {
  return { subject: sub, access, id: jti ?? null, issued: timeOf(iat), expires: timeOf(exp) }
}

/** Seconds in a token may be any number. */
function timeOf(seconds: number | undefined): string | null {
  const date = new Date((seconds ?? Number.NaN) * 1000)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
