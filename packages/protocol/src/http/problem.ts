import { z } from 'zod'
import type { RefusalKind } from '../refusal.ts'

/** One kind of problem: the end of its `type`. What is also a reason to refuse a WebSocket bears the same name as there. */
export type ProblemKind =
  | RefusalKind
  | 'invalid-request'
  | 'invalid-cursor'
  | 'cursor-gone'
  | 'forbidden-origin'
  | 'already-exists'
  | 'changed'
  | 'key-in-use'
  | 'key-reused'
  | 'method-not-allowed'
  | 'no-signing-secret'
  | 'no-tokens'
  | 'too-many'
  | 'nodes-silent'
  | 'too-deep'
  | 'too-long'
  | 'unsupported-media-type'
  | 'wrong-type'
  | 'backup-unreadable'
  | 'files-full'
  | 'too-many-links'
  | 'type-mismatch'
  | 'internal'

/** What each kind answers with, and what it says. */
export const problemKinds: Readonly<Record<ProblemKind, { readonly status: number; readonly text: string }>> = {
  'invalid-request': {
    status: 400,
    text: 'A field, a parameter or the body is not as described; `errors` names each.',
  },
  'invalid-cursor': { status: 400, text: 'The cursor was not one that an answer of this list gave as `next`.' },
  'backup-unreadable': {
    status: 400,
    text: 'The backup is none, is cut short or was changed; the detail names the byte.',
  },
  malformed: { status: 400, text: 'The bytes are no update that Yjs can read.' },
  unauthorized: { status: 401, text: 'A token is needed and none came, or the one that came does not hold.' },
  revoked: { status: 401, text: 'The token has been taken back.' },
  forbidden: { status: 403, text: 'The role is too small, or an id to be created is outside of one’s access.' },
  removed: { status: 403, text: 'An administrator removed this member.' },
  'read-only': { status: 403, text: 'This access may read but not write.' },
  'forbidden-origin': { status: 403, text: 'Pages of this origin, or requests to this host name, are not answered.' },
  'not-found': { status: 404, text: 'There is no such thing, or it is outside of one’s access.' },
  'invalid-document-id': { status: 404, text: 'The path names no document id.' },
  'handshake-timeout': { status: 408, text: 'The request came too slowly.' },
  'method-not-allowed': { status: 405, text: 'The path does not take this method; `Allow` says which it takes.' },
  'too-many': { status: 409, text: 'There are as many of these as there may be.' },
  'already-exists': { status: 409, text: 'There is one of this id already.' },
  'missing-dependencies': { status: 409, text: 'The update builds on changes that the document does not have.' },
  'wrong-type': { status: 409, text: 'What the field holds takes no such content.' },
  'files-full': { status: 409, text: 'The document takes no more files: remove some first.' },
  'too-many-links': { status: 409, text: 'The document takes no more links: remove some first.' },
  'no-signing-secret': { status: 409, text: 'This server has no secret to sign tokens with (`--auth-secret`).' },
  'no-tokens': { status: 409, text: 'This server verifies no tokens.' },
  'key-in-use': {
    status: 409,
    text: 'A request of this `Idempotency-Key` is under way; `Retry-After` says when to ask again.',
  },
  'cursor-gone': {
    status: 410,
    text: 'The place is of a feed that is no more: of another store, or of this one before it was lost or restored. Begin anew, without one.',
  },
  deleted: { status: 410, text: 'The document was deleted; its id stays taken.' },
  trashed: { status: 410, text: 'The document is in the trash; restoring it brings it back.' },
  replaced: { status: 410, text: 'The document was deleted and made anew meanwhile.' },
  changed: { status: 412, text: 'Somebody else changed it meanwhile: read it again.' },
  'message-too-large': { status: 413, text: 'The body is larger than is taken here.' },
  'presence-too-large': { status: 413, text: 'The presence is larger than is relayed.' },
  'document-too-large': { status: 413, text: 'The document would grow past what the server holds.' },
  'unsupported-media-type': { status: 415, text: 'The body is of another type than is taken here.' },
  'too-deep': { status: 422, text: 'It is nested deeper than can be read.' },
  'type-mismatch': { status: 415, text: 'The bytes of a file are not of the type that was said.' },
  'key-reused': { status: 422, text: 'This `Idempotency-Key` came with another request.' },
  'too-fast': { status: 429, text: 'Too many requests for too long.' },
  internal: { status: 500, text: 'The server failed in a way it has no name for; its log says more.' },
  'store-unavailable': { status: 503, text: 'The store cannot be reached at the moment; try again.' },
  'nodes-silent': { status: 503, text: 'A node that had to be asked did not answer in time; try again.' },
  'keys-unavailable': { status: 503, text: 'The keys that verify tokens cannot be had at the moment; try again.' },
  corrupt: { status: 503, text: 'What the store holds of this document cannot be read.' },
  overloaded: { status: 503, text: 'The server has no room for more right now; try again.' },
  'too-long': { status: 503, text: 'Reading or writing this took longer than is waited for.' },
  restarting: { status: 503, text: 'The server is going down; another one will answer.' },
}

/** RFC 9457. `type` is stable: `/problems/<kind>`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string | undefined
  /** For `invalid-request`: which fields are wrong and how. */
  readonly errors?: readonly { readonly field: string; readonly message: string }[] | undefined
}

/** {@link Problem} */
export const problemSchema: z.ZodType<Problem> = z
  .object({
    type: z
      .enum(Object.keys(problemKinds).map((kind) => `/problems/${kind}`))
      .meta({ description: 'Stable: `/problems/` and the kind.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().meta({ description: 'What is wrong, and what to do.' }),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'For `invalid-request`: which fields are wrong and how.' }),
  })
  .meta({ id: 'Problem', description: 'What every request that fails is answered with (RFC 9457).' })
