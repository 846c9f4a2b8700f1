import { auditPageSchema, auditQuerySchema, type AuditEntry, type AuditPage } from '@weft/protocol/http'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { type Identity, isAdminOfAll, judge } from '../auth/access.ts'
import type { Act, RecordedAct } from '../audit/act.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { requireRole } from './access.ts'
import { actOf } from './administrative-acts.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import { type EdgeEnvironment, isRead } from './requests.ts'

/** What the trail's route and its recorder need. */
export interface AuditParts {
  readonly audit: Pick<AuditTrail, 'record' | 'list'>
  /** An act that was done and could not be recorded. */
  readonly unrecorded: (act: Act, error: unknown) => void
}

const listing = {
  id: 'listAudit',
  summary: 'List who administered what',
  text: 'Newest first. Whoever is admin of some documents sees what concerns them. A page may be short, or empty, and another one follow all the same.',
  needs: 'admin on * or on some documents',
  query: auditQuerySchema,
  answers: { 200: auditPageSchema },
  refuses: ['forbidden', 'not-found', 'invalid-cursor'],
} as const

/** `/audit`: who administered what. Whoever is admin of some documents sees what concerns them. */
export function auditRoutes({ audit }: AuditParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().get('/', describeRoute(listing), async (context) => {
    const identity = context.get('identity')
    const all = isAdminOfAll(identity)
    if (!all && !identity.grants.some(({ role }) => role === 'admin')) {
      throw new ProblemError('forbidden', 403, 'this needs admin access, to all documents (*) or to some')
    }
    const { limit, cursor, document, actor, act } = context.var.asked.query()
    if (document !== undefined) requireRole(identity, document, 'admin')
    const page = await audit.list({
      limit,
      cursor,
      shown: (done) =>
        (all || administers(identity, done.document)) &&
        (document === undefined || done.document === document) &&
        (actor === undefined || done.actor === actor) &&
        (act === undefined || done.act === act),
    })
    const body: AuditPage = { entries: page.acts.map(entryOf), next: page.next ?? null }
    return context.json(body)
  })
}

/** Records what was done, once it is answered and before the answer goes out. */
export function audited({ audit, unrecorded }: AuditParts): MiddlewareHandler<EdgeEnvironment> {
  return async (context, next) => {
    await next()
    const act = actIn(context)
    // What was done is done: an answer that says otherwise would be repeated.
    if (act !== undefined) await audit.record(act).catch((error: unknown) => unrecorded(act, error))
  }
}

function actIn(context: Context<EdgeEnvironment>): Act | undefined {
  const { res, req } = context
  if (!res.ok || isRead(req.method)) return undefined
  const url = new URL(req.url)
  const path = url.pathname.replace(/^.*?\/api\/v1\//, '')
  const found = actOf({ method: req.method, path, query: url.searchParams, status: res.status })
  if (found === undefined) return undefined
  const told = context.get('acted') ?? {}
  return {
    ...found,
    document: told.document ?? found.document,
    target: told.target ?? found.target,
    actor: context.get('identity').subject,
    request: res.headers.get('x-request-id') ?? '',
  }
}

function administers(identity: Identity, document: string | undefined): boolean {
  return document !== undefined && judge(identity, { document, role: 'admin' }) === 'allowed'
}

function entryOf({ at, document, target, ...rest }: RecordedAct): AuditEntry {
  return { ...rest, at: new Date(at).toISOString(), document: document ?? null, target: target ?? null }
}
