import { type Role, roles } from '@weft/protocol'
import { matchesPattern } from './document-pattern.ts'
import type { TokenFacts } from './revocation-list.ts'

export type { Role } from '@weft/protocol'

/** A role on all documents whose ids fit a pattern, in which `*` stands for any characters. */
export interface Grant {
  readonly documents: string
  readonly role: Role
}

/** Who someone is and what they may do. A token says it; of people without one the server says it itself. */
export interface Identity {
  /** A token's subject, or an anonymous id. */
  readonly subject: string
  readonly grants: readonly Grant[]
  /** What its token is told by; undefined for people without one. */
  readonly token: TokenFacts | undefined
  /** Whether it was taken back for a document. */
  readonly withdrawn: (document: string) => boolean
  /** The documents for which it was taken back, singly. */
  readonly withdrawnFrom: () => readonly string[]
  /** When it ends, in milliseconds since 1970; undefined where it does not. */
  readonly expires: number | undefined
  /** Of whoever came by a link: the tokens that it was given out with. */
  readonly madeBy?: readonly TokenFacts[]
}

/** Tells who somebody is that came by a link. */
export interface LinkedIdentities {
  /** @param credential one for which `isLinkCredential` is true */
  identify(credential: string): Promise<Identity | Refused>
}

/** Why nobody is let in. */
export interface Refused {
  readonly refused: 'unauthorized' | 'revoked' | 'forbidden' | 'invalid-document-id' | 'keys-unavailable'
  /** For a person; says what to do. Never holds a part of a token. */
  readonly text: string
}

/** Tells who someone is. One policy for HTTP and WebSocket. */
export interface AccessPolicy {
  /** @param token what the client brought, if it brought one. One that does not hold is refused whatever it asks for */
  identify(token: string | undefined): Promise<Identity | Refused>
}

/** What is asked for: a role on a document. */
export interface Demand {
  readonly document: string
  readonly role: Role
}

/**
 * Whether someone may do something, and if not, why: their token was `revoked` for the document, the document is `outside` of
 * what they may see, or it is inside and their role is `too-small`. HTTP and WebSocket answer these differently, and decide them here.
 */
export type Verdict = 'allowed' | 'revoked' | 'outside' | 'too-small'

/** The one decision on who may do what. */
export function judge(identity: Identity, { document, role }: Demand): Verdict {
  if (identity.withdrawn(document)) return 'revoked'
  const held = roleOn(identity, document)
  if (held === undefined) return 'outside'
  return roles.indexOf(held) >= roles.indexOf(role) ? 'allowed' : 'too-small'
}

/** The largest role that someone has on a document; undefined where it is outside of their access. */
export function roleOn({ grants }: Pick<Identity, 'grants'>, document: string): Role | undefined {
  const held = new Set(grants.filter(({ documents }) => matchesPattern(documents, document)).map(({ role }) => role))
  return roles.findLast((role) => held.has(role))
}

/** Whether someone administers all documents, those that nobody thought of yet included. */
export function isAdminOfAll({ grants }: Identity): boolean {
  return grants.some(({ documents, role }) => role === 'admin' && /^\*+$/.test(documents))
}
