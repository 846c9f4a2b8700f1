// Generated from the API's OpenAPI document by `npm run generate`; what is written here by hand is lost.

/** What every request that fails is answered with (RFC 9457). */
export interface Problem {
  /** Stable: `/problems/` and the kind. */
  readonly type:
    | '/problems/invalid-request'
    | '/problems/invalid-cursor'
    | '/problems/backup-unreadable'
    | '/problems/malformed'
    | '/problems/unauthorized'
    | '/problems/revoked'
    | '/problems/forbidden'
    | '/problems/removed'
    | '/problems/read-only'
    | '/problems/forbidden-origin'
    | '/problems/not-found'
    | '/problems/invalid-document-id'
    | '/problems/handshake-timeout'
    | '/problems/method-not-allowed'
    | '/problems/too-many'
    | '/problems/already-exists'
    | '/problems/missing-dependencies'
    | '/problems/wrong-type'
    | '/problems/files-full'
    | '/problems/too-many-links'
    | '/problems/no-signing-secret'
    | '/problems/no-tokens'
    | '/problems/key-in-use'
    | '/problems/cursor-gone'
    | '/problems/deleted'
    | '/problems/trashed'
    | '/problems/replaced'
    | '/problems/changed'
    | '/problems/message-too-large'
    | '/problems/presence-too-large'
    | '/problems/document-too-large'
    | '/problems/unsupported-media-type'
    | '/problems/too-deep'
    | '/problems/type-mismatch'
    | '/problems/key-reused'
    | '/problems/too-fast'
    | '/problems/internal'
    | '/problems/store-unavailable'
    | '/problems/nodes-silent'
    | '/problems/keys-unavailable'
    | '/problems/corrupt'
    | '/problems/overloaded'
    | '/problems/too-long'
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

/** A document that changed. */
export interface Change {
  readonly document: DocumentId
  /** All that happened since the place that was asked after, however often. */
  readonly happened: readonly ('created' | 'changed' | 'renamed' | 'deleted' | 'restored' | 'erased')[]
  readonly state: 'live' | 'trashed' | 'erased'
  /** Empty of one that is erased. */
  readonly title: string
  /** When it came to its place in the feed: within about a second after it changed. */
  readonly at: string
  /** The place after it, for `since`. */
  readonly cursor: string
}

export interface ChangePage {
  readonly changes: readonly Change[]
  /** The place after all of them, for `since`. */
  readonly next: string
  /** Whether there is more by now. A page may be short, or empty, all the same. */
  readonly more: boolean
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

export interface MemberList {
  /** Those who came first ahead. */
  readonly members: readonly Member[]
  /** Continues the list as `cursor`; null at its end. */
  readonly next: string | null
  /** Whether all nodes answered. */
  readonly complete: boolean
  /** The nodes that did not. With `admin` on the document. */
  readonly unanswered?: readonly string[] | undefined
}

/** A connection that has a document open. */
export interface Member {
  /** What it is removed by. Another one when its client comes back. */
  readonly id: string
  /** Whom its presence names; null where it names nobody. */
  readonly person: Person | null
  /** Its token’s subject, or an anonymous id. */
  readonly subject: string
  readonly role: 'read' | 'write' | 'admin'
  readonly since: string
  /** On which node. With `admin` on the document. */
  readonly node?: string | undefined
  /** What waits in either direction. With `admin` on the document. */
  readonly lag?:
    | {
        /** Bytes that wait to be sent to it. */
        readonly waitingBytes: number
        /** It took too little of what it was sent, and is to be caught up. */
        readonly behind: boolean
        /** How many of its messages with changes are not saved. */
        readonly unsaved: number
      }
    | undefined
}

export interface SizeList {
  readonly sizes: readonly Size[]
  readonly next: null
}

/** How large a document was. */
export interface Size {
  readonly at: string
  /** What log and checkpoint took. */
  readonly bytes: number
  /** How many entries the log had since its last checkpoint, about. */
  readonly entries: number
  /** How old its checkpoint was, in seconds; null where none was seen being made. */
  readonly checkpointAge: number | null
}

/** Whether what is kept and what is open of a document agree. */
export interface Verification {
  readonly document: string
  /** `drift`: the checkpoint or a node holds something else than the log. `unreadable`: the log cannot be replayed. */
  readonly outcome: 'agrees' | 'drift' | 'unreadable'
  readonly log: {
    /** The last one; null where it cannot be read. */
    readonly position: number | null
    /** How many the log has after its checkpoint. */
    readonly entries: number | null
    /** What is wrong; null where nothing is. */
    readonly detail: string | null
  }
  /** Whether its chunks hold what its header says; null where there is none. */
  readonly checkpoint: {
    readonly position: number
    readonly outcome: 'agrees' | 'differs'
    /** What is wrong; null where nothing is. */
    readonly detail: string | null
  } | null
  /** One for each node that has the document open. */
  readonly replicas: readonly VerifiedReplica[]
  /** Whether all nodes answered. */
  readonly complete: boolean
  /** The names of the nodes that did not answer. */
  readonly unanswered: readonly string[]
}

/** What a node that has the document open holds. */
export interface VerifiedReplica {
  readonly node: string
  /** `unsaved`: it has all of the log, and something that is not saved yet. `unclear`: it was edited meanwhile, or the log cannot be read. */
  readonly outcome: 'agrees' | 'unsaved' | 'unclear' | 'differs'
  /** Up to where it has all of the log. */
  readonly position: number
  readonly unsavedBytes: number
  /** What is wrong; null where nothing is. */
  readonly detail: string | null
}

export interface DocumentFile {
  /** SHA-256 of its bytes, in hexadecimal: the same bytes are one file. */
  readonly hash: string
  readonly name: string
  /** Its media type. */
  readonly type: string
  readonly bytes: number
  readonly created: string
  readonly createdBy: string
  /** Where its bytes are, as a path of this server. */
  readonly path: string
  /** There where it was asked for. */
  readonly address?: FileAddress | undefined
}

/** Where anyone finds a file for a while, such as the images of a page. */
export interface FileAddress {
  /** A path of this server, which needs no token. */
  readonly path: string
  readonly expires: string
}

export interface MadeLink {
  /** Names the link; nobody comes in by it. */
  readonly id: string
  readonly role: 'read' | 'write'
  readonly created: string
  readonly createdBy: string
  readonly expires: string
  /** What its holders show wherever a token goes. It is told this once. */
  readonly token: string
  /** Where the web app opens the document with it, as a path of this server. */
  readonly path: string
}

export interface Link {
  /** Names the link; nobody comes in by it. */
  readonly id: string
  readonly role: 'read' | 'write'
  readonly created: string
  readonly createdBy: string
  readonly expires: string
}

/** It may be short, and another one follow all the same. */
export interface TrashDocumentPage {
  readonly documents: readonly TrashDocument[]
  /** Continues the list as `cursor`; null at its end. */
  readonly next: string | null
}

/** A document in the trash. */
export interface TrashDocument {
  readonly id: DocumentId
  readonly title: string
  readonly created: string
  readonly createdBy: string
  readonly updated: string
  readonly bytes: number
  /** Since when it is in the trash. */
  readonly trashed: string
  /** When it will be erased; null for never. */
  readonly erased: string | null
}

export interface NodeList {
  readonly nodes: readonly Node[]
  readonly next: null
}

/** A node that is up, as it last said of itself: every few seconds. */
export interface Node {
  readonly id: string
  readonly host: string
  readonly pid: number | null
  readonly version: string
  /** `all`, `edge` or `sync`; a newer node may know others. */
  readonly role: string
  /** When it started. */
  readonly since: string
  /** How many documents are open there. */
  readonly documents: number
  /** How many WebSockets it has. */
  readonly connections: number
  /** How many seats are taken in its documents. */
  readonly members: number
  /** `lost` while the store does not take what it appends. */
  readonly store: 'ok' | 'lost'
  /** Formats of stored data: which it reads, and which one it writes. */
  readonly formats: {
    readonly oldest: number
    readonly newest: number
    readonly written: number
  }
}

export interface Statistics {
  /** What the store counts; null while it does not answer. With Redis it may be a second behind what other nodes did. */
  readonly catalog: {
    /** How many documents there are, open or not. */
    readonly documents: number
    /** How many are in the trash. */
    readonly trashed: number
  } | null
  /** Of all nodes that answered. A document that is open on two nodes counts twice. */
  readonly total: {
    /** How many documents are open there. */
    readonly documents: number
    /** How many WebSockets it has. */
    readonly connections: number
    /** How many seats are taken in its documents. */
    readonly members: number
    /** What was taken in and is not durable yet. */
    readonly unsavedBytes: number
    /** Memory of the process. */
    readonly residentBytes: number
  }
  readonly nodes: readonly NodeStatistics[]
  /** Nodes that did not answer in time. */
  readonly unanswered: readonly string[]
}

export interface NodeStatistics {
  readonly node: string
  /** How many documents are open there. */
  readonly documents: number
  /** How many WebSockets it has. */
  readonly connections: number
  /** How many seats are taken in its documents. */
  readonly members: number
  /** What was taken in and is not durable yet. */
  readonly unsavedBytes: number
  /** Memory of the process. */
  readonly residentBytes: number
  /** By how much its event loop is late on average, in milliseconds. */
  readonly eventLoopDelay: number
  /** What it does about its load: 0 nothing, to 3, taking in nobody new. */
  readonly loadStage: number
}

/** A role on all documents whose ids fit a pattern. */
export interface Grant {
  /** A document id, in which `*` stands for any characters. */
  readonly documents: string
  readonly role: 'read' | 'write' | 'admin'
}

export interface MintedToken {
  readonly token: string
  /** Its `jti`, by which it can be revoked. */
  readonly id: string
  readonly subject: string
  readonly access: readonly Grant[]
  readonly expires: string
}

export interface TokenInspection {
  /** Whether the token opens the document now. */
  readonly opens: boolean
  /** What it may do there; null where it does not open it. */
  readonly role: 'read' | 'write' | 'admin' | null
  /** What the token says, true or not; null where that cannot be read. */
  readonly claims: {
    readonly subject: string
    readonly access: readonly Grant[]
    readonly id: string | null
    readonly issued: string | null
    readonly expires: string | null
  } | null
  /** What was looked at; `skipped` could not be, or is not asked for. */
  readonly checks: readonly {
    readonly check:
      | 'format'
      | 'signature'
      | 'claims'
      | 'issuer'
      | 'audience'
      | 'not-before'
      | 'expiry'
      | 'issue'
      | 'lifetime'
      | 'revocation'
      | 'access'
      | 'document'
    readonly outcome: 'passed' | 'failed' | 'skipped'
    /** For a person. */
    readonly text: string
  }[]
}

export interface Revocation {
  /** Of a subject, tokens that were issued before do not hold any more. */
  readonly before: string
  /** By then these tokens have expired, and it is forgotten. Null for a dry run. */
  readonly until: string | null
  /** Which open documents it closes, or would close, and on which nodes. */
  readonly closes: readonly {
    readonly document: DocumentId
    readonly subject: string
    readonly node: string
  }[]
  /** Nodes that did not say in time what is open there. It reaches them all the same. */
  readonly unanswered: readonly string[]
}

export interface WebhookList {
  readonly webhooks: readonly Webhook[]
  /** There are no further pages. */
  readonly next: null
}

export interface Webhook {
  readonly id: string
  readonly url: string
  readonly documents: string
  readonly events: readonly (
    | 'document.created'
    | 'document.changed'
    | 'document.deleted'
    | 'member.joined'
    | 'member.left'
  )[]
  readonly created: string
  /** The subject of whoever created it. */
  readonly createdBy: string
}

export interface CreatedWebhook {
  readonly id: string
  readonly url: string
  readonly documents: string
  readonly events: readonly (
    | 'document.created'
    | 'document.changed'
    | 'document.deleted'
    | 'member.joined'
    | 'member.left'
  )[]
  readonly created: string
  /** The subject of whoever created it. */
  readonly createdBy: string
  /** What deliveries are signed with: `whsec_` and base64. Shown here, and never again. */
  readonly secret: string
}

export interface WebhookDeliveryPage {
  readonly deliveries: readonly WebhookDelivery[]
  /** Continues the list as `cursor`; null at its end. */
  readonly next: string | null
}

export interface WebhookDelivery {
  /** As its receiver sees it in `webhook-id`. */
  readonly id: string
  readonly event: 'document.created' | 'document.changed' | 'document.deleted' | 'member.joined' | 'member.left'
  readonly document: string
  /** When it happened. */
  readonly at: string
  readonly state: 'waiting' | 'delivered' | 'dead'
  readonly attempts: number
  /** When it is tried next; null where it is over. */
  readonly due: string | null
  /** How the last attempt ended; status 0: there was no answer. */
  readonly last: {
    readonly at: string
    readonly status: number
    readonly error: string
  } | null
}
