import { randomUUID } from 'node:crypto'
import type { DocumentCatalog } from '@weft/persistence'
import type { Person } from '@weft/protocol'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { AccessPolicy } from '../auth/access.ts'
import { type OriginRules, refuseOrigin } from '../auth/origin.ts'
import { documentRoutes, type EdgeEnvironment } from './documents.ts'
import { answerProblem, ProblemError } from './problem.ts'
import { webApp } from './web-app.ts'

/** Largest body of an API request, in bytes: metadata is small. */
const maxBodyBytes = 1024 * 1024

/** How the server is, for `/readyz`. */
export interface Readiness {
  readonly ready: boolean
  readonly store: 'ok' | 'lost'
  readonly draining: boolean
}

/** What the edge is made with. */
export interface EdgeParts {
  readonly catalog: DocumentCatalog
  readonly people: (document: string) => readonly Person[]
  readonly policy: AccessPolicy
  readonly origins: OriginRules
  readonly readiness: () => Readiness
  /** Folder of the built web app. */
  readonly webRoot: string
  readonly now: () => number
  /** An error that became a 5xx. */
  readonly report: (error: unknown, request: { id: string; method: string; path: string }) => void
}

/** The stateless tier: everything that is a request and an answer. */
export function createEdge(parts: EdgeParts): Hono {
  const { catalog, people, policy, origins, readiness, webRoot, now, report } = parts

  const api = new Hono<EdgeEnvironment>()
    .use('*', bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }))
    .use('*', async (context, next) => {
      const access = await policy.decide(bearerToken(context.req.header('authorization')), undefined)
      if ('refused' in access)
        throw new ProblemError(access.refused, access.refused === 'unauthorized' ? 401 : 403, access.text)
      context.set('access', access)
      await next()
    })
    .route('/documents', documentRoutes({ catalog, people, now }))
    .all('*', (context) => {
      throw new ProblemError('not-found', 404, `there is no ${context.req.method} ${context.req.path}`)
    })

  const app = new Hono()
  app.onError((error, context) => {
    const id = context.res.headers.get('x-request-id') ?? ''
    return answerProblem(error, context, (cause) =>
      report(cause, { id, method: context.req.method, path: context.req.path }),
    )
  })
  app.use('*', async (context, next) => {
    context.header('X-Request-Id', randomUUID())
    await next()
  })
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', (context) => {
    const state = readiness()
    return context.json(state, state.ready ? 200 : 503)
  })
  app.use('*', async (context, next) => {
    const refused = refuseOrigin(context.req.header('origin'), context.req.header('host'), origins)
    if (refused !== undefined) throw new ProblemError('forbidden-origin', 403, refused)
    await next()
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

function bearerToken(header: string | undefined): string | undefined {
  const match = /^Bearer (.+)$/i.exec(header ?? '')
  return match?.[1]
}
