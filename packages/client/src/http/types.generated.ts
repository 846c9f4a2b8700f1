// Generated from the API's OpenAPI document by `npm run generate`; what is written here by hand is lost.

/** What every request that fails is answered with (RFC 9457). */
export interface Problem {
  /** Stable: `/problems/` and the kind. */
  readonly type:
    | '/problems/invalid-request'
    | '/problems/invalid-cursor'
    | '/problems/malformed'
    | '/problems/missing-dependencies'
    | '/problems/unauthorized'
    | '/problems/revoked'
    | '/problems/forbidden'
    | '/problems/read-only'
    | '/problems/forbidden-origin'
    | '/problems/not-found'
    | '/problems/invalid-document-id'
    | '/problems/handshake-timeout'
    | '/problems/already-exists'
    | '/problems/deleted'
    | '/problems/replaced'
    | '/problems/message-too-large'
    | '/problems/presence-too-large'
    | '/problems/document-too-large'
    | '/problems/too-fast'
    | '/problems/internal'
    | '/problems/store-unavailable'
    | '/problems/keys-unavailable'
    | '/problems/corrupt'
    | '/problems/overloaded'
    | '/problems/restarting'
  readonly title: string
  readonly status: number
  /** What is wrong, and what to do. */
  readonly detail?: string | undefined
  /** For `invalid-request`: which fields are wrong and how. */
  readonly errors?:
    | readonly {
        readonly field: string
        readonly message: string
      }[]
    | undefined
}

/** 1 to 256 characters from `A-Z a-z 0-9 _ - . : ~ /`, with no empty, `.` or `..` segment. */
export type DocumentId = string

export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** Continues the list as `cursor`; null at its end. */
  readonly next: string | null
}

/** Something that somebody did by the API as an administrator. */
export interface AuditEntry {
  readonly id: string
  readonly at: string
  /** Who did it: the subject of a token, or an anonymous id. */
  readonly actor: string
  /** What was done, for example `document.erase`. */
  readonly act: string
  /** The document that it concerns; null where that is no single one. */
  readonly document: string | null
  /** What else it was done to, for example the id of a webhook. */
  readonly target: string | null
  /** The request’s id, as its answer’s `X-Request-Id` has it. */
  readonly request: string
}

export interface DocumentPage {
  readonly documents: readonly Document[]
  /** Continues the list as `cursor`; null at its end. */
  readonly next: string | null
}

/** What is known of a document. */
export interface Document {
  readonly id: DocumentId
  readonly title: string
  readonly created: string
  /** The subject of whoever created it. */
  readonly createdBy: string
  readonly updated: string
  /** What its log and checkpoint take in the store. */
  readonly bytes: number
  /** Who has it open now, one entry for each person that shows presence. */
  readonly people: readonly Person[]
}

/** Someone who has a document open, as they show themselves. */
export interface Person {
  readonly name: string
  readonly color: string
}

export interface Revocation {
  /** Of a subject, tokens that were issued before do not hold any more. */
  readonly before: string
  /** By then these tokens have expired, and it is forgotten. Null for a dry run. */
  readonly until: string | null
  /** Which open documents of the node that answers it closes, or would close. */
  readonly closes: readonly {
    readonly document: DocumentId
    readonly subject: string
  }[]
}
