import { InvalidCursorError } from '@weft/persistence'
import {
  type CreatedWebhook,
  createdWebhookSchema,
  newWebhookSchema,
  type WebhookDelivery,
  type WebhookDeliveryPage,
  webhookDeliveryPageSchema,
  webhookDeliveryQuerySchema,
  type WebhookList,
  webhookListSchema,
  webhookSchema,
  type WebhookSummary,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import { type Identity, isAdminOfAll } from '../auth/access.ts'
import { matchesPattern } from '../auth/document-pattern.ts'
import type { Webhook } from '../webhooks/webhook.ts'
import { type KnownDelivery, maxWebhooks, type WebhookBook } from '../webhooks/webhook-book.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import type { EdgeEnvironment } from './requests.ts'

/** What the routes of webhooks need. */
export interface WebhookRoutesParts {
  readonly webhooks: WebhookBook
  /** Why nothing may be sent to a URL, as far as that can be told without looking its name up; undefined where it may. */
  readonly refuseReceiver: (url: string) => string | undefined
}

const params = { webhook: 'A webhook’s `id`.', delivery: 'A delivery’s `id`.' }
const needs = 'admin on all documents that it is about'

const listing = {
  id: 'listWebhooks',
  summary: 'List webhooks',
  needs: 'any token; shows those of whose documents one is admin',
  answers: { 200: webhookListSchema },
} as const

const creation = {
  id: 'createWebhook',
  summary: 'Create a webhook',
  text:
    'It is told of what happens from now on, by signed posts (Standard Webhooks) that are tried again until they are answered with 2xx, ' +
    'for three days. The secret is in this answer alone.',
  needs,
  body: newWebhookSchema,
  answers: { 201: createdWebhookSchema },
  answerHeaders: { Location: 'The path of the new webhook.' },
  refuses: ['forbidden', 'too-many'],
} as const

const showing = {
  id: 'showWebhook',
  summary: 'Show a webhook',
  needs,
  params,
  answers: { 200: webhookSchema },
  refuses: ['not-found'],
} as const

const removal = {
  id: 'deleteWebhook',
  summary: 'Delete a webhook',
  text: 'What waits for it is not told any more.',
  needs,
  params,
  answers: { 204: 'It is deleted.' },
  refuses: ['not-found'],
} as const

const deliveries = {
  id: 'listDeliveries',
  summary: 'List what a webhook is told',
  needs,
  params,
  query: webhookDeliveryQuerySchema,
  answers: { 200: webhookDeliveryPageSchema },
  refuses: ['not-found', 'invalid-cursor'],
} as const

const retrying = {
  id: 'retryDelivery',
  summary: 'Deliver again',
  text: 'At once, whatever has become of it, and as often as a new one from then on.',
  needs,
  params,
  answers: { 202: 'It is on its way.' },
  refuses: ['not-found'],
} as const

/** `/webhooks`: whom to tell of what. Whoever is admin of the documents of one administers it. */
export function webhookRoutes({ webhooks, refuseReceiver }: WebhookRoutesParts): Hono<EdgeEnvironment> {
  const find = async (identity: Identity, id: string): Promise<Webhook> => {
    const webhook = await webhooks.get(id)
    if (webhook !== undefined && administers(identity, webhook.documents)) return webhook
    throw new ProblemError('not-found', 404, `there is no webhook ${id}`)
  }

  return new Hono<EdgeEnvironment>()
    .get('/', describeRoute(listing), async (context) => {
      const identity = context.get('identity')
      const all = await webhooks.list()
      const shown = all.filter(({ documents }) => administers(identity, documents))
      const body: WebhookList = { webhooks: shown.map(summaryOf), next: null }
      return context.json(body)
    })
    .post('/', describeRoute(creation), async (context) => {
      const identity = context.get('identity')
      if (!identity.grants.some(({ role }) => role === 'admin')) throw tooSmall('some documents')
      const asked = await context.var.asked.body()
      if (!administers(identity, asked.documents)) throw tooSmall(`all of ${asked.documents}`)
      const refused = refuseReceiver(asked.url)
      if (refused !== undefined) {
        throw new ProblemError('invalid-request', 400, `url: ${refused}`, [{ field: 'url', message: refused }])
      }
      const webhook = await webhooks.create({ ...asked, createdBy: identity.subject })
      if (webhook === undefined)
        throw new ProblemError('too-many', 409, `there are ${maxWebhooks} webhooks: delete one first`)
      context.set('acted', { target: webhook.id })
      context.header('Location', `/api/v1/webhooks/${webhook.id}`)
      const body: CreatedWebhook = { ...summaryOf(webhook), secret: webhook.secret }
      return context.json(body, 201)
    })
    .get('/:webhook', describeRoute(showing), async (context) =>
      context.json(summaryOf(await find(context.get('identity'), context.req.param('webhook')))),
    )
    .delete('/:webhook', describeRoute(removal), async (context) => {
      const { id } = await find(context.get('identity'), context.req.param('webhook'))
      await webhooks.remove(id)
      return context.body(null, 204)
    })
    .get('/:webhook/deliveries', describeRoute(deliveries), async (context) => {
      const { id } = await find(context.get('identity'), context.req.param('webhook'))
      const { state, limit, cursor } = context.var.asked.query()
      const { found, next } = await webhooks.deliveries(id, state, limit, cursor && keyOf(cursor))
      const body: WebhookDeliveryPage = {
        deliveries: found.map(deliveryOf),
        next: next === undefined ? null : Buffer.from(next).toString('base64url'),
      }
      return context.json(body)
    })
    .post('/:webhook/deliveries/:delivery/retry', describeRoute(retrying), async (context) => {
      const { id } = await find(context.get('identity'), context.req.param('webhook'))
      const delivery = context.req.param('delivery')
      if (await webhooks.retry(id, delivery)) return context.body(null, 202)
      throw new ProblemError('not-found', 404, `webhook ${id} has no delivery ${delivery}`)
    })
}

/** Whether someone is admin of every document that a pattern could be about: its star is no character that another one is. */
function administers(identity: Identity, pattern: string): boolean {
  if (isAdminOfAll(identity)) return true
  return identity.grants.some(({ documents, role }) => role === 'admin' && matchesPattern(documents, pattern))
}

function tooSmall(documents: string): ProblemError {
  return new ProblemError('forbidden', 403, `this needs admin access to ${documents}`)
}

function summaryOf({ id, url, documents, events, created, createdBy }: Webhook): WebhookSummary {
  return { id, url, documents, events, created: new Date(created).toISOString(), createdBy }
}

function deliveryOf({ delivery, state, time }: KnownDelivery): WebhookDelivery {
  const { id, event, document, at, attempts, last } = delivery
  return {
    id,
    event,
    document,
    at: new Date(at).toISOString(),
    state,
    attempts,
    due: state === 'waiting' ? new Date(time).toISOString() : null,
    last: last === undefined ? null : { ...last, at: new Date(last.at).toISOString() },
  }
}

function keyOf(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString()
  if (!/^\w+:\d{15}:[!-~]{1,200}$/.test(key)) throw new InvalidCursorError('the cursor was not given out by this list')
  return key
}
