import type { DocumentCatalog } from '@weft/persistence'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { AccessPolicy, Refused } from '../auth/access.ts'
import { allowedMethods } from './allowed-methods.ts'
import { audited, type AuditParts, auditRoutes } from './audit.ts'
import { changeRoutes, type ChangeRoutesParts } from './changes.ts'
import { crossOrigin } from './cross-origin.ts'
import { creationRoutes, type CreationRoutesParts } from './document-creation.ts'
import { contentRoutes, maxUpdateBytes } from './document-content.ts'
import { removalRoutes, type RemovalRoutesParts, trashRoutes } from './document-removal.ts'
import { documentRoutes } from './documents.ts'
import { idempotent, type IdempotencyParts } from './idempotency.ts'
import { memberRoutes, type MemberRoutesParts } from './members.ts'
import { nodeRoutes, type NodeRoutesParts, statisticsRoutes } from './nodes.ts'
import { exportRoutes, type ExportRoutesParts, importRoutes } from './export-routes.ts'
import { fileRoutes, type FileRoutesParts } from './files/file-routes.ts'
import { readerByAddress } from './files/signed-address.ts'
import { linkRoutes, type LinkRoutesParts } from './link-routes.ts'
import { createNodeApp, type NodeAppParts } from './node-app.ts'
import { ProblemError } from './problem.ts'
import { sizeRoutes, type SizeRoutesParts } from './document-sizes.ts'
import { tokenRoutes, type TokenRoutesParts } from './tokens.ts'
import { referenceRoutes } from './reference/reference-routes.ts'
import { type EdgeEnvironment, isRead } from './requests.ts'
import { revocationRoutes, type RevocationRoutesParts } from './revocations.ts'
import { verificationRoutes, type VerificationRoutesParts } from './verification.ts'
import { webhookRoutes, type WebhookRoutesParts } from './webhooks.ts'
import { webApp } from './web-app.ts'

/** Largest body of an API request but an update, in bytes: metadata is small, and a book is a megabyte. */
const maxBodyBytes = 1024 * 1024

/** What a request is answered with whose sender is not let in. */
const statuses: Readonly<Record<Refused['refused'], 401 | 403 | 404 | 503>> = {
  unauthorized: 401,
  revoked: 401,
  forbidden: 403,
  'invalid-document-id': 404,
  'keys-unavailable': 503,
}

/** What the edge is made with. */
export interface EdgeParts
  extends
    NodeAppParts,
    AuditParts,
    CreationRoutesParts,
    IdempotencyParts,
    MemberRoutesParts,
    NodeRoutesParts,
    ExportRoutesParts,
    FileRoutesParts,
    LinkRoutesParts,
    RemovalRoutesParts,
    RevocationRoutesParts,
    SizeRoutesParts,
    TokenRoutesParts,
    VerificationRoutesParts,
    WebhookRoutesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly catalog: () => DocumentCatalog
  readonly feed: ChangeRoutesParts
  readonly policy: AccessPolicy
  /** Folder of the built web app; undefined where that is not served. */
  readonly webRoot: string | undefined
}

/** The stateless tier: everything that is a request and an answer. */
export function createEdge(parts: EdgeParts): Hono {
  const { contents, policy, webRoot } = parts

  const app = createNodeApp(parts)
  const api = new Hono<EdgeEnvironment>()
    .use('*', limitedBody())
    .use('*', async (context, next) => {
      const identity =
        (await readerByAddress(parts, context.req)) ??
        (await policy.identify(bearerToken(context.req.header('authorization'))))
      if ('refused' in identity) {
        throw new ProblemError(identity.refused, statuses[identity.refused], identity.text)
      }
      context.set('identity', identity)
      await next()
    })
    .use('*', idempotent(parts))
    .use('*', audited(parts))
    .route('/audit', auditRoutes(parts))
    .route('/changes', changeRoutes(parts.feed))
    .route('/documents', documentRoutes(parts))
    .route('/documents', creationRoutes(parts))
    .route('/documents', contentRoutes(contents))
    .route('/documents', removalRoutes(parts))
    .route('/documents', memberRoutes(parts))
    .route('/documents', sizeRoutes(parts))
    .route('/documents', verificationRoutes(parts))
    .route('/documents', fileRoutes(parts))
    .route('/documents', linkRoutes(parts))
    .route('/export', exportRoutes(parts))
    .route('/import', importRoutes(parts))
    .route('/trash', trashRoutes(parts))
    .route('/nodes', nodeRoutes(parts))
    .route('/statistics', statisticsRoutes(parts))
    .route('/tokens', tokenRoutes(parts))
    .route('/revocations', revocationRoutes(parts))
    .route('/webhooks', webhookRoutes(parts))
    .all('*', (context) => {
      const allowed = allowedMethods(app.routes, context.req.path)
      if (allowed.length > 0) {
        const allow = allowed.join(', ')
        context.header('Allow', allow)
        throw new ProblemError(
          'method-not-allowed',
          405,
          `${context.req.path} takes ${allow}, not ${context.req.method}`,
        )
      }
      throw new ProblemError('not-found', 404, `there is no ${context.req.method} ${context.req.path}`)
    })

  app.use('/api/v1/*', crossOrigin())
  app.use('/api/v1/*', async (context, next) => {
    await next()
    context.res.headers.set('Content-Security-Policy', answerSecurityPolicy)
  })
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy,
      crossOriginResourcePolicy: false,
      referrerPolicy: 'same-origin',
      // It would speak for all subdomains of a name that is not ours alone: that is for whoever runs the proxy with the TLS.
      strictTransportSecurity: false,
    }),
  )
  app.route(
    '/',
    referenceRoutes(() => app.routes),
  )
  app.route('/api/v1', api)
  if (webRoot !== undefined) app.route('/', webApp(webRoot))
  app.notFound((context) => context.text('There is nothing here.\n', 404))
  return app
}

/** Nothing is loaded from elsewhere but the images that people put in their documents. */
const contentSecurityPolicy = {
  defaultSrc: ["'self'"],
  // Mantine and Tiptap write style attributes.
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ['*', 'data:'],
  connectSrc: ["'self'", 'ws:', 'wss:'],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'self'"],
}

/** An answer may hold what people wrote: should a browser open it as a page of this origin, it can do nothing here. */
const answerSecurityPolicy = "default-src 'none'; img-src http: https:; sandbox"

/** Bodies that are read as they come, by routes that bound what they hold of them. */
const isStream = /\/(import|documents\/[^/]+\/files)$/
const isUpdate = /\/documents\/[^/]+\/updates$/

/** Refuses bodies that are larger than their route takes. */
function limitedBody(): MiddlewareHandler {
  const limit = atMost(maxBodyBytes)
  const updateLimit = atMost(maxUpdateBytes)
  return (context, next) => {
    // Looking whether a GET has a body would cost more than answering it.
    if (isRead(context.req.method) || isStream.test(context.req.path)) return next()
    return (isUpdate.test(context.req.path) ? updateLimit : limit)(context, next)
  }
}

function atMost(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ProblemError('message-too-large', 413, `the body is larger than ${maxSize} bytes`)
    },
  })
}

/** An empty token is one that does not hold, and not the lack of one. */
function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer(?= |$) *(.*)$/i.exec(header ?? '')?.[1]
}
