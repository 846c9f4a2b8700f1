import type { DocumentCatalog } from '@weft/persistence'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { AccessPolicy, Refused } from '../auth/access.ts'
import { audited, type AuditParts, auditRoutes } from './audit.ts'
import { documentRoutes, type DocumentRoutesParts, type EdgeEnvironment } from './documents.ts'
import { memberRoutes, type MemberRoutesParts } from './members.ts'
import { revocationRoutes, type RevocationRoutesParts } from './revocations.ts'
import { nodeRoutes, type NodeRoutesParts, statisticsRoutes } from './nodes.ts'
import { createNodeApp, type NodeAppParts } from './node-app.ts'
import { ProblemError } from './problem.ts'
import { referenceRoutes } from './reference/reference-routes.ts'
import { webApp } from './web-app.ts'

/** Largest body of an API request, in bytes: metadata is small. */
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
  extends NodeAppParts, AuditParts, DocumentRoutesParts, MemberRoutesParts, NodeRoutesParts, RevocationRoutesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly catalog: () => DocumentCatalog
  readonly policy: AccessPolicy
  /** Folder of the built web app. */
  readonly webRoot: string
}

/** The stateless tier: everything that is a request and an answer. */
export function createEdge(parts: EdgeParts): Hono {
  const { policy, webRoot } = parts

  const api = new Hono<EdgeEnvironment>()
    .use('*', bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }))
    .use('*', async (context, next) => {
      const identity = await policy.identify(bearerToken(context.req.header('authorization')))
      if ('refused' in identity) {
        throw new ProblemError(identity.refused, statuses[identity.refused], identity.text)
      }
      context.set('identity', identity)
      await next()
    })
    .use('*', audited(parts))
    .route('/audit', auditRoutes(parts))
    .route('/documents', documentRoutes(parts))
    .route('/documents', memberRoutes(parts))
    .route('/nodes', nodeRoutes(parts))
    .route('/statistics', statisticsRoutes(parts))
    .route('/revocations', revocationRoutes(parts))
    .all('*', (context) => {
      throw new ProblemError('not-found', 404, `there is no ${context.req.method} ${context.req.path}`)
    })

  const app = createNodeApp(parts)
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
  app.route('/', webApp(webRoot))
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

function tooLarge(): never {
  throw new ProblemError('message-too-large', 413, `the body is larger than ${maxBodyBytes} bytes`)
}

/** An empty token is one that does not hold, and not the lack of one. */
function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer(?= |$) *(.*)$/i.exec(header ?? '')?.[1]
}
