import type { ListingPart } from '@weft/persistence'
import { type Identity, isAdminOfAll, judge, type Role, roleOn } from '../auth/access.ts'
import { isPrefixPattern, matchesPattern, prefixOfPattern } from '../auth/document-pattern.ts'
import { ProblemError } from './problem.ts'

/** A document outside of someone's access answers exactly as one that does not exist. */
export function notFound(document: string): ProblemError {
  return new ProblemError('not-found', 404, `document ${document} does not exist`)
}

/**
 * Lets whoever may do so with a document go on.
 *
 * @throws ProblemError 401 where their token was taken back for it; 404 outside of their access, as if there were no such document; 403 where their role is too small
 */
export function requireRole(identity: Identity, document: string, role: Role): void {
  const verdict = judge(identity, { document, role })
  if (verdict === 'revoked') throw revoked()
  if (verdict === 'outside') throw notFound(document)
  if (verdict === 'too-small') throw tooSmall(identity, document, role)
}

/**
 * Lets whoever may create a document of this id go on.
 *
 * @throws ProblemError 403: whether there is such a document is not said
 */
export function requireCreation(identity: Identity, document: string): void {
  const verdict = judge(identity, { document, role: 'write' })
  if (verdict === 'revoked') throw revoked()
  if (verdict === 'outside') {
    throw new ProblemError(
      'forbidden',
      403,
      `document ${document} is outside of your access: give an id that is inside`,
    )
  }
  if (verdict === 'too-small') throw tooSmall(identity, document, 'write')
}

/** Lets whoever administers all documents go on. @throws ProblemError 403 */
export function requireAdminOfAll(identity: Identity): void {
  if (!isAdminOfAll(identity)) throw new ProblemError('forbidden', 403, 'this needs admin access to all documents (*)')
}

/**
 * Lets whoever administers all documents whose ids begin so go on.
 *
 * @throws ProblemError 403
 */
export function requireAdminOfPrefix({ grants }: Identity, prefix: string): void {
  const covers = (pattern: string): boolean => isPrefixPattern(pattern) && prefix.startsWith(prefixOfPattern(pattern))
  if (grants.some(({ documents, role }) => role === 'admin' && covers(documents))) return
  const text =
    prefix === ''
      ? 'this needs admin access to all documents (*): give a prefix that you administer'
      : `this needs admin access to all documents that begin with ${prefix}`
  throw new ProblemError('forbidden', 403, text)
}

function revoked(): ProblemError {
  return new ProblemError('revoked', 401, 'Access to this document has been taken back.')
}

function tooSmall(identity: Identity, document: string, role: Role): ProblemError {
  const held = roleOn(identity, document)
  return new ProblemError('forbidden', 403, `this needs ${role} access to document ${document}; yours is ${held}`)
}

/**
 * The parts of a catalog that someone may see, of what begins with a prefix. What a pattern with nothing behind its star
 * covers is found without looking at anything else.
 */
export function visibleParts({ grants }: Identity, prefix: string): ListingPart[] {
  const patterns = new Set(grants.map(({ documents }) => documents))
  const whole = [...patterns].filter(isPrefixPattern).map(prefixOfPattern)
  const others = [...patterns].filter((pattern) => !isPrefixPattern(pattern))
  return [
    ...outermost(whole.flatMap((covered) => common(covered, prefix))).map((covered) => ({ prefix: covered })),
    ...others
      .filter((pattern) => !whole.some((covered) => prefixOfPattern(pattern).startsWith(covered)))
      .flatMap((pattern) => partOf(pattern, prefix)),
  ]
}

function partOf(pattern: string, prefix: string): ListingPart[] {
  if (!pattern.includes('*')) return pattern.startsWith(prefix) ? [{ document: pattern }] : []
  const covered = common(prefixOfPattern(pattern), prefix)
  return covered.map((inside) => ({ prefix: inside, includes: (id) => matchesPattern(pattern, id) }))
}

/** What begins with both of two prefixes begins with the longer one, if the other is its beginning. */
function common(a: string, b: string): string[] {
  if (a.startsWith(b)) return [a]
  return b.startsWith(a) ? [b] : []
}

/** Prefixes without those that another one covers. */
function outermost(prefixes: readonly string[]): string[] {
  const all = [...new Set(prefixes)]
  return all.filter((prefix) => !all.some((other) => other !== prefix && prefix.startsWith(other)))
}
