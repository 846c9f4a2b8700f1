import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { type OriginRules, refuseOrigin } from '../auth/origin.ts'
import type { Metrics } from '../observability/metrics.ts'
import { z } from 'zod'
import { answerProblem, ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'

/** How the node is, for `/readyz`. */
export interface Readiness {
  readonly ready: boolean
  /** `waiting`: it has not been there since the node started. */
  readonly store: 'ok' | 'lost' | 'waiting'
  readonly draining: boolean
}

/** What the answers that every node gives are made with. */
export interface NodeAppParts {
  readonly origins: OriginRules
  readonly readiness: () => Promise<Readiness>
  readonly metrics: Pick<Metrics, 'contentType' | 'read'>
  /** An error that became a 5xx. */
  readonly report: (error: unknown, request: { id: string; method: string; path: string }) => void
}

const living = {
  id: 'readHealth',
  summary: 'Whether the node lives',
  needs: undefined,
  answers: { 200: z.object({ status: z.literal('ok') }) },
} as const

const readinessSchema: z.ZodType<Readiness> = z.object({
  ready: z.boolean(),
  store: z.enum(['ok', 'lost', 'waiting']).meta({ description: '`waiting`: it has not been there since the start.' }),
  draining: z.boolean(),
})

const being = {
  id: 'readReadiness',
  summary: 'Whether the node takes work',
  text: 'For load balancers. A node whose store is lost stays ready, since edits that are not saved yet live there.',
  needs: undefined,
  answers: { 200: readinessSchema, 503: readinessSchema },
} as const

const counting = {
  id: 'readMetrics',
  summary: 'What the node counts',
  needs: undefined,
  answers: { 200: [{ type: 'text/plain', text: 'The text format of Prometheus.' }] },
} as const

/** What every node answers, whatever its role: how it is, what it counts, and problems. */
export function createNodeApp({ origins, readiness, metrics, report }: NodeAppParts): Hono {
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
  app.get('/healthz', describeRoute(living), (context) => context.json({ status: 'ok' }))
  app.get('/readyz', describeRoute(being), async (context) => {
    const state = await readiness()
    return context.json(state, state.ready ? 200 : 503)
  })
  app.use('*', async (context, next) => {
    const refused = refuseOrigin(context.req.header('origin'), context.req.header('host'), origins)
    if (refused !== undefined) throw new ProblemError('forbidden-origin', 403, refused)
    await next()
  })
  app.get('/metrics', describeRoute(counting), async (context) =>
    context.body(await metrics.read(), 200, { 'content-type': metrics.contentType }),
  )
  return app
}

/** The app of a node that serves open documents alone. */
export function createSyncNodeApp(parts: NodeAppParts): Hono {
  return createNodeApp(parts).all('*', () => {
    throw new ProblemError(
      'not-found',
      404,
      'this node has the role sync and answers /sync/<id>, /healthz, /readyz and /metrics: the API and the web app are ' +
        'served by nodes of the role edge or all',
    )
  })
}
