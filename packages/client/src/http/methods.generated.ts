// Generated from the API's OpenAPI document by `npm run generate`; what is written here by hand is lost.
import type {
  DocumentId,
  AuditPage,
  DocumentPage,
  Document,
  MemberList,
  SizeList,
  Verification,
  DocumentFile,
  FileAddress,
  MadeLink,
  Link,
  TrashDocumentPage,
  NodeList,
  Statistics,
  Grant,
  MintedToken,
  TokenInspection,
  Revocation,
  WebhookList,
  Webhook,
  CreatedWebhook,
  WebhookDeliveryPage,
} from './types.generated.ts'
import type { Call, CallOptions, RawBody } from './call.ts'

/** A method for each operation of the API. All of them throw `WeftHttpError`. */
export interface WeftHttp {
  /**
   * Whether the node lives
   *
   * Needs no token.
   * `GET /healthz`
   */
  readHealth(options?: CallOptions): Promise<{
    readonly status: 'ok'
  }>
  /**
   * Whether the node takes work
   *
   * For load balancers. A node whose store is lost stays ready, since edits that are not saved yet live there.
   * Needs no token.
   * `GET /readyz`
   */
  readReadiness(options?: CallOptions): Promise<{
    readonly ready: boolean
    /** `waiting`: it has not been there since the start. */
    readonly store: 'ok' | 'lost' | 'waiting'
    readonly draining: boolean
  }>
  /**
   * What the node counts
   *
   * Needs no token.
   * `GET /metrics`
   */
  readMetrics(options?: CallOptions): Promise<Response>
  /**
   * Describe the API
   *
   * This document, as OpenAPI 3.1. The same for people is at `/api`.
   * Needs no token.
   * `GET /api/v1/openapi.json`
   */
  describeApi(options?: CallOptions): Promise<{
    readonly openapi: string
    readonly [name: string]: unknown
  }>
  /**
   * List who administered what
   *
   * Newest first. Whoever is admin of some documents sees what concerns them. A page may be short, or empty, and another one follow all the same.
   * Needs admin on * or on some documents.
   * `GET /api/v1/audit`
   */
  listAudit(
    parameters?: {
      /** How many are on a page at most. */
      readonly limit?: number | undefined
      /** Where the page before ended: its `next`. */
      readonly cursor?: string | undefined
      /** Only what concerns this document. */
      readonly document?: DocumentId | undefined
      /** Only what this subject did. */
      readonly actor?: string | undefined
      /** Only acts of this kind. */
      readonly act?: string | undefined
    },
    options?: CallOptions,
  ): Promise<AuditPage>
  /**
   * Follow what changes
   *
   * A feed of documents that changed, each once at the place of its last change, for back ends that index or mirror. With `Accept: text/event-stream` it goes on for as long as the connection does: each event is a change, its id the place after it; otherwise it is one page. A place holds on every node, and never grows old.
   * Needs any token; shows what read covers.
   * `GET /api/v1/changes`
   */
  listChanges(
    parameters?: {
      /** What comes after this place, or `now`: what changes from now on. Without it, everything there is comes first. */
      readonly since?: string | undefined
      /** How many at most; of a stream, at once. */
      readonly limit?: number | undefined
    },
    options?: CallOptions,
  ): Promise<Response>
  /**
   * List documents
   *
   * Those that one’s access covers.
   * Needs any token.
   * `GET /api/v1/documents`
   */
  listDocuments(
    parameters?: {
      /** Latest first for the two times; `name` is the id in byte order. */
      readonly order?: 'updated' | 'name' | 'created' | undefined
      /** Only titles that have, for each of these words, one that begins so, whatever its case and accents. */
      readonly q?: string | undefined
      /** How many are on a page. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly cursor?: string | undefined
      /** Only ids that begin so. */
      readonly prefix?: string | undefined
    },
    options?: CallOptions,
  ): Promise<DocumentPage>
  /**
   * Create a document
   *
   * An id that is taken, or was by a document that is deleted, is refused. With content it is answered once that is saved.
   * Needs write on the new id.
   * `POST /api/v1/documents`
   */
  createDocument(
    body?: {
      /** Without one the server makes it up. */
      readonly id?: DocumentId | undefined
      readonly title?: string | undefined
      /** What is written into it at once. */
      readonly content?: string | undefined
      /** What `content` is. */
      readonly format?: 'text' | 'markdown' | 'html' | undefined
    },
    options?: CallOptions,
  ): Promise<Document>
  /**
   * Show a document
   *
   * Needs read on the document.
   * `GET /api/v1/documents/{id}`
   */
  showDocument(
    parameters: {
      readonly id: DocumentId
    },
    options?: CallOptions,
  ): Promise<Document>
  /**
   * Change a document’s title
   *
   * Needs write on the document.
   * `PATCH /api/v1/documents/{id}`
   */
  changeDocument(
    parameters: {
      readonly id: DocumentId
    },
    body: {
      readonly title: string
    },
    options?: CallOptions,
  ): Promise<Document | null>
  /**
   * Put a document into the trash, or erase it
   *
   * Who has it open is told and disconnected. One that is in the trash counts as deleted until it is restored; its id stays taken.
   * Needs write on the document, to erase it admin.
   * `DELETE /api/v1/documents/{id}`
   */
  removeDocument(
    parameters: {
      readonly id: DocumentId
      /** Erases it, whether it is in the trash or not. */
      readonly forever?: '' | 'true' | 'false' | undefined
    },
    options?: CallOptions,
  ): Promise<void>
  /**
   * Copy a document
   *
   * The copy holds all that the document holds at that moment, its files too, not who wrote it. Where its content has the `path` of a file, that is the copy’s own. It is answered once it is saved.
   * Needs read on the document, write on the id of the copy.
   * `POST /api/v1/documents/{id}/copy`
   */
  copyDocument(
    parameters: {
      readonly id: DocumentId
    },
    body?: {
      /** Without one the server makes it up. */
      readonly id?: DocumentId | undefined
      /** Without one it is the same. */
      readonly title?: string | undefined
    },
    options?: CallOptions,
  ): Promise<Document>
  /**
   * Read what a document holds
   *
   * With what is not saved yet, where the node that answers has it open. What is empty renders as empty.
   * Needs read on the document.
   * `GET /api/v1/documents/{id}/content`
   */
  readContent(
    parameters: {
      readonly id: DocumentId
      readonly as?: 'json' | 'text' | 'html' | 'markdown' | 'update' | undefined
      readonly field?: string | undefined
    },
    options?: CallOptions,
  ): Promise<Response>
  /**
   * Write into a document
   *
   * Who has it open sees it at once, at any node. It is answered once it is saved.
   * Needs write on the document.
   * `POST /api/v1/documents/{id}/content`
   */
  writeContent(
    parameters: {
      readonly id: DocumentId
      readonly mode?: 'append' | 'replace' | undefined
      readonly field?: string | undefined
    },
    body: {
      readonly content: string
      readonly format: 'text' | 'markdown' | 'html'
      readonly mode?: 'append' | 'replace' | undefined
      readonly field?: string | undefined
    },
    options?: CallOptions,
  ): Promise<{
    readonly position: number
    readonly epoch: string
    readonly tip: string
  }>
  /**
   * Write a Yjs update into a document
   *
   * It is taken as a whole or not at all, and sending it twice does no harm. It is answered once it is saved.
   * Needs write on the document.
   * `POST /api/v1/documents/{id}/updates`
   */
  writeUpdate(
    parameters: {
      readonly id: DocumentId
    },
    body: RawBody<'application/octet-stream'>,
    options?: CallOptions,
  ): Promise<{
    readonly position: number
    readonly epoch: string
    readonly tip: string
  }>
  /**
   * Take a document out of the trash
   *
   * It is as it was. One that is not in the trash stays as it is.
   * Needs write on the document.
   * `POST /api/v1/documents/{id}/restore`
   */
  restoreDocument(
    parameters: {
      readonly id: DocumentId
    },
    options?: CallOptions,
  ): Promise<void>
  /**
   * List who has a document open
   *
   * On whichever nodes they are. One for each connection, so that somebody with two windows is there twice. Nobody is missed or shown twice from page to page who stays meanwhile.
   * Needs read on the document; admin to see nodes and what waits.
   * `GET /api/v1/documents/{id}/members`
   */
  listMembers(
    parameters: {
      readonly id: DocumentId
      /** How many are on a page. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly cursor?: string | undefined
    },
    options?: CallOptions,
  ): Promise<MemberList>
  /**
   * Remove a member
   *
   * Its connection is closed with 4403 `removed`, wherever it is. It may come back: to keep it out, revoke its tokens.
   * Needs admin on the document.
   * `DELETE /api/v1/documents/{id}/members/{member}`
   */
  removeMember(
    parameters: {
      readonly id: DocumentId
      /** A member’s `id`. */
      readonly member: string
    },
    options?: CallOptions,
  ): Promise<void>
  /**
   * Show how large a document was over time
   *
   * At most one for each hour of 30 days in which it was open, and last how large it is now.
   * Needs read on the document.
   * `GET /api/v1/documents/{id}/sizes`
   */
  listSizes(
    parameters: {
      readonly id: DocumentId
    },
    options?: CallOptions,
  ): Promise<SizeList>
  /**
   * Compare a document’s log, its checkpoint and what nodes hold
   *
   * Every node that has it open saves what it can and says what it holds; the log is replayed from its checkpoint and compared with that. Nothing is changed. It reads all of the document, on each of these nodes, and looks again for some seconds at what does not agree: ask it of many documents one after the other.
   * Needs admin on the document.
   * `GET /api/v1/documents/{id}/verification`
   */
  verifyDocument(
    parameters: {
      readonly id: DocumentId
    },
    options?: CallOptions,
  ): Promise<Verification>
  /**
   * Add an image or an attachment
   *
   * The body is the file and nothing else, and Content-Type says what it is; an image must be what it says. The same bytes are one file: where they are there already, what was said of them first stands.
   * Needs write on the document.
   * `POST /api/v1/documents/{id}/files`
   */
  putFile(
    parameters: {
      readonly id: DocumentId
      /** With an address that needs no token, which holds for so many seconds. */
      readonly address?: number | undefined
      /** What it is called: no path, at most 255 characters. */
      readonly name?: string | undefined
    },
    body: RawBody<'application/octet-stream'>,
    options?: CallOptions,
  ): Promise<DocumentFile>
  /**
   * List the files of a document
   *
   * The oldest first.
   * Needs read on the document.
   * `GET /api/v1/documents/{id}/files`
   */
  listFiles(
    parameters: {
      readonly id: DocumentId
      /** With an address that needs no token, which holds for so many seconds. */
      readonly address?: number | undefined
    },
    options?: CallOptions,
  ): Promise<{
    readonly files: readonly DocumentFile[]
  }>
  /**
   * Read a file
   *
   * Images are shown where they are opened; everything else is downloaded and can run nothing here. It may be cached for ever.
   * Needs read on the document, or an address of the file that holds.
   * `GET /api/v1/documents/{id}/files/{hash}`
   */
  readFile(
    parameters: {
      readonly id: DocumentId
      /** SHA-256 of the file’s bytes, in hexadecimal. */
      readonly hash: string
      /** Of an address that needs no token. */
      readonly expires?: string | undefined
      /** Of an address that needs no token. */
      readonly signature?: string | undefined
    },
    options?: CallOptions,
  ): Promise<Response>
  /**
   * Remove a file
   *
   * Needs write on the document.
   * `DELETE /api/v1/documents/{id}/files/{hash}`
   */
  removeFile(
    parameters: {
      readonly id: DocumentId
      /** SHA-256 of the file’s bytes, in hexadecimal. */
      readonly hash: string
    },
    options?: CallOptions,
  ): Promise<void>
  /**
   * Make an address of a file that needs no token
   *
   * For what can send none, such as the images of a page. Whoever has it reads this file until it expires or the document is erased.
   * Needs read on the document.
   * `POST /api/v1/documents/{id}/files/{hash}/address`
   */
  makeFileAddress(
    parameters: {
      readonly id: DocumentId
      /** SHA-256 of the file’s bytes, in hexadecimal. */
      readonly hash: string
    },
    body?: {
      /** How long it holds, in seconds: until the token that asks ends, at the latest. */
      readonly lifetime?: number | undefined
    },
    options?: CallOptions,
  ): Promise<FileAddress>
  /**
   * Make a link to a document
   *
   * Whoever has the link has its role, until it ends, is removed, or the access of whoever made it is taken back. Its token goes wherever another token goes; only a hash of it is kept.
   * Needs write on the document.
   * `POST /api/v1/documents/{id}/links`
   */
  makeLink(
    parameters: {
      readonly id: DocumentId
    },
    body?: {
      readonly role?: 'read' | 'write' | undefined
      /** When it ends: in a week where nothing is said. It never outlives what a token may hold. */
      readonly expires?: string | undefined
    },
    options?: CallOptions,
  ): Promise<MadeLink>
  /**
   * List the links to a document
   *
   * Those that hold, the oldest first, without what their holders show.
   * Needs write on the document.
   * `GET /api/v1/documents/{id}/links`
   */
  listLinks(
    parameters: {
      readonly id: DocumentId
    },
    options?: CallOptions,
  ): Promise<{
    readonly links: readonly Link[]
  }>
  /**
   * Remove a link
   *
   * What is open by it closes within 2 s on every node.
   * Needs write on the document.
   * `DELETE /api/v1/documents/{id}/links/{link}`
   */
  removeLink(
    parameters: {
      readonly id: DocumentId
      /** The link’s id. */
      readonly link: string
    },
    options?: CallOptions,
  ): Promise<void>
  /**
   * Export documents with their files
   *
   * Everything that was saved before it began, as one stream that weft restore and the import read, for any store. One that cannot be finished breaks off: it lacks its end, and is refused when it is read.
   * Needs admin on * or on all documents of the prefix.
   * `POST /api/v1/export`
   */
  exportDocuments(
    body?: {
      /** Only documents whose ids begin so. */
      readonly prefix?: string | undefined
    },
    options?: CallOptions,
  ): Promise<Response>
  /**
   * Import documents with their files
   *
   * A document that is there is merged: it gains what it lacks and loses nothing. The answer says line by line what became of each, once it is saved; its last line is done, or the problem that ended it: what came before that stands. Read it while you send.
   * Needs admin on * or on all documents of the prefix.
   * `POST /api/v1/import`
   */
  importDocuments(
    parameters: {
      /** Only documents whose ids begin so. */
      readonly prefix?: string | undefined
      /** Whether documents that were deleted here are made anew. */
      readonly deleted?: 'stay' | 'recreate' | undefined
    },
    body: RawBody<'application/vnd.weft.backup'>,
    options?: CallOptions,
  ): Promise<Response>
  /**
   * List what is in the trash
   *
   * Of what one’s access covers. What has been there for longest comes first.
   * Needs any token.
   * `GET /api/v1/trash`
   */
  listTrash(
    parameters?: {
      /** How many are on a page. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly cursor?: string | undefined
      /** Only ids that begin so. */
      readonly prefix?: string | undefined
    },
    options?: CallOptions,
  ): Promise<TrashDocumentPage>
  /**
   * List the nodes that are up
   *
   * As each of them last said of itself, which is every five seconds. One that was killed is listed for 15 s more.
   * Needs admin on *.
   * `GET /api/v1/nodes`
   */
  listNodes(options?: CallOptions): Promise<NodeList>
  /**
   * Show how many documents there are, and how the nodes are now
   *
   * Each node is asked. For series over time there is `/metrics` of each.
   * Needs admin on *.
   * `GET /api/v1/statistics`
   */
  showStatistics(options?: CallOptions): Promise<Statistics>
  /**
   * Make a token
   *
   * For a person of your own, by a service key. It gives no more than the asking token: every grant must lie within what that administers, and it must not end later.
   * Needs admin on all documents that it gives access to.
   * `POST /api/v1/tokens`
   */
  createToken(
    body: {
      /** Who bears it; kept with what they write. */
      readonly subject: string
      /** What they are called. */
      readonly name?: string | undefined
      /** The color of their caret. */
      readonly color?: string | undefined
      /** No more than whoever asks administers. */
      readonly access: readonly Grant[]
      /** How long it holds, in seconds; an hour where it is left away, or as long as the token that asks. */
      readonly lifetime?: number | undefined
    },
    options?: CallOptions,
  ): Promise<MintedToken>
  /**
   * Say why a token opens a document, or does not
   *
   * Every check by itself. The token is not written down anywhere.
   * Needs admin on the document.
   * `POST /api/v1/tokens/inspect`
   */
  inspectToken(
    body: {
      readonly token: string
      readonly document: DocumentId
    },
    options?: CallOptions,
  ): Promise<TokenInspection>
  /**
   * Take tokens back
   *
   * One token, all of a subject’s that were issued before now, or those for one document. Open documents close within 2 s on every node.
   * Needs admin on *.
   * `POST /api/v1/revocations`
   */
  revoke(
    body: {
      /** One token, by its id. */
      readonly jti?: string | undefined
      /** All tokens of a subject that were issued before now. */
      readonly subject?: string | undefined
      /** With a subject: for this document only. */
      readonly document?: DocumentId | undefined
      /** Only say what would be closed. */
      readonly dryRun?: boolean | undefined
    },
    options?: CallOptions,
  ): Promise<Revocation>
  /**
   * List webhooks
   *
   * Needs any token; shows those of whose documents one is admin.
   * `GET /api/v1/webhooks`
   */
  listWebhooks(options?: CallOptions): Promise<WebhookList>
  /**
   * Create a webhook
   *
   * It is told of what happens from now on, by signed posts (Standard Webhooks) that are tried again until they are answered with 2xx, for three days. The secret is in this answer alone.
   * Needs admin on all documents that it is about.
   * `POST /api/v1/webhooks`
   */
  createWebhook(
    body: {
      /** Where deliveries are posted: http or https, without a user and a fragment. */
      readonly url: string
      /** The documents that it is about: ids in which `*` stands for any characters. */
      readonly documents: string
      /** What it is told. What comes out of the trash is `created`; `deleted` is into the trash, or for good. */
      readonly events: readonly (
        | 'document.created'
        | 'document.changed'
        | 'document.deleted'
        | 'member.joined'
        | 'member.left'
      )[]
    },
    options?: CallOptions,
  ): Promise<CreatedWebhook>
  /**
   * Show a webhook
   *
   * Needs admin on all documents that it is about.
   * `GET /api/v1/webhooks/{webhook}`
   */
  showWebhook(
    parameters: {
      /** A webhook’s `id`. */
      readonly webhook: string
    },
    options?: CallOptions,
  ): Promise<Webhook>
  /**
   * Delete a webhook
   *
   * What waits for it is not told any more.
   * Needs admin on all documents that it is about.
   * `DELETE /api/v1/webhooks/{webhook}`
   */
  deleteWebhook(
    parameters: {
      /** A webhook’s `id`. */
      readonly webhook: string
    },
    options?: CallOptions,
  ): Promise<void>
  /**
   * List what a webhook is told
   *
   * Needs admin on all documents that it is about.
   * `GET /api/v1/webhooks/{webhook}/deliveries`
   */
  listDeliveries(
    parameters: {
      /** A webhook’s `id`. */
      readonly webhook: string
      /** `waiting` by when it is due; `delivered` (the last 100) and `dead` (the last 1,000, given up) newest first. */
      readonly state?: 'waiting' | 'delivered' | 'dead' | undefined
      /** How many are on a page. */
      readonly limit?: number | undefined
      /** Where the page before ended: its `next`. */
      readonly cursor?: string | undefined
    },
    options?: CallOptions,
  ): Promise<WebhookDeliveryPage>
  /**
   * Deliver again
   *
   * At once, whatever has become of it, and as often as a new one from then on.
   * Needs admin on all documents that it is about.
   * `POST /api/v1/webhooks/{webhook}/deliveries/{delivery}/retry`
   */
  retryDelivery(
    parameters: {
      /** A webhook’s `id`. */
      readonly webhook: string
      /** A delivery’s `id`. */
      readonly delivery: string
    },
    options?: CallOptions,
  ): Promise<void>
}

/** The methods, by way of one function that asks. */
export function methodsBy(call: Call): WeftHttp {
  return {
    readHealth: (options) => call.json({ method: 'GET', path: '/healthz', options }),
    readReadiness: (options) => call.json({ method: 'GET', path: '/readyz', options }),
    readMetrics: (options) => call.response({ method: 'GET', path: '/metrics', options }),
    describeApi: (options) => call.json({ method: 'GET', path: '/api/v1/openapi.json', options }),
    listAudit: (parameters, options) => call.json({ method: 'GET', path: '/api/v1/audit', parameters, options }),
    listChanges: (parameters, options) =>
      call.response({ method: 'GET', path: '/api/v1/changes', parameters, options }),
    listDocuments: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/documents', parameters, options }),
    createDocument: (body, options) => call.json({ method: 'POST', path: '/api/v1/documents', json: body, options }),
    showDocument: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/documents/{id}', parameters, options }),
    changeDocument: (parameters, body, options) =>
      call.json({ method: 'PATCH', path: '/api/v1/documents/{id}', parameters, json: body, options }),
    removeDocument: (parameters, options) =>
      call.nothing({ method: 'DELETE', path: '/api/v1/documents/{id}', parameters, options }),
    copyDocument: (parameters, body, options) =>
      call.json({ method: 'POST', path: '/api/v1/documents/{id}/copy', parameters, json: body, options }),
    readContent: (parameters, options) =>
      call.response({ method: 'GET', path: '/api/v1/documents/{id}/content', parameters, options }),
    writeContent: (parameters, body, options) =>
      call.json({ method: 'POST', path: '/api/v1/documents/{id}/content', parameters, json: body, options }),
    writeUpdate: (parameters, body, options) =>
      call.json({ method: 'POST', path: '/api/v1/documents/{id}/updates', parameters, raw: body, options }),
    restoreDocument: (parameters, options) =>
      call.nothing({ method: 'POST', path: '/api/v1/documents/{id}/restore', parameters, options }),
    listMembers: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/documents/{id}/members', parameters, options }),
    removeMember: (parameters, options) =>
      call.nothing({ method: 'DELETE', path: '/api/v1/documents/{id}/members/{member}', parameters, options }),
    listSizes: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/documents/{id}/sizes', parameters, options }),
    verifyDocument: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/documents/{id}/verification', parameters, options }),
    putFile: (parameters, body, options) =>
      call.json({ method: 'POST', path: '/api/v1/documents/{id}/files', parameters, raw: body, options }),
    listFiles: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/documents/{id}/files', parameters, options }),
    readFile: (parameters, options) =>
      call.response({ method: 'GET', path: '/api/v1/documents/{id}/files/{hash}', parameters, options }),
    removeFile: (parameters, options) =>
      call.nothing({ method: 'DELETE', path: '/api/v1/documents/{id}/files/{hash}', parameters, options }),
    makeFileAddress: (parameters, body, options) =>
      call.json({
        method: 'POST',
        path: '/api/v1/documents/{id}/files/{hash}/address',
        parameters,
        json: body,
        options,
      }),
    makeLink: (parameters, body, options) =>
      call.json({ method: 'POST', path: '/api/v1/documents/{id}/links', parameters, json: body, options }),
    listLinks: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/documents/{id}/links', parameters, options }),
    removeLink: (parameters, options) =>
      call.nothing({ method: 'DELETE', path: '/api/v1/documents/{id}/links/{link}', parameters, options }),
    exportDocuments: (body, options) => call.response({ method: 'POST', path: '/api/v1/export', json: body, options }),
    importDocuments: (parameters, body, options) =>
      call.response({ method: 'POST', path: '/api/v1/import', parameters, raw: body, options }),
    listTrash: (parameters, options) => call.json({ method: 'GET', path: '/api/v1/trash', parameters, options }),
    listNodes: (options) => call.json({ method: 'GET', path: '/api/v1/nodes', options }),
    showStatistics: (options) => call.json({ method: 'GET', path: '/api/v1/statistics', options }),
    createToken: (body, options) => call.json({ method: 'POST', path: '/api/v1/tokens', json: body, options }),
    inspectToken: (body, options) => call.json({ method: 'POST', path: '/api/v1/tokens/inspect', json: body, options }),
    revoke: (body, options) => call.json({ method: 'POST', path: '/api/v1/revocations', json: body, options }),
    listWebhooks: (options) => call.json({ method: 'GET', path: '/api/v1/webhooks', options }),
    createWebhook: (body, options) => call.json({ method: 'POST', path: '/api/v1/webhooks', json: body, options }),
    showWebhook: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/webhooks/{webhook}', parameters, options }),
    deleteWebhook: (parameters, options) =>
      call.nothing({ method: 'DELETE', path: '/api/v1/webhooks/{webhook}', parameters, options }),
    listDeliveries: (parameters, options) =>
      call.json({ method: 'GET', path: '/api/v1/webhooks/{webhook}/deliveries', parameters, options }),
    retryDelivery: (parameters, options) =>
      call.nothing({
        method: 'POST',
        path: '/api/v1/webhooks/{webhook}/deliveries/{delivery}/retry',
        parameters,
        options,
      }),
  }
}
