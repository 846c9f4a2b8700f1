import { z } from 'zod'
import { timeSchema } from './time.ts'

const events = ['document.created', 'document.changed', 'document.deleted', 'member.joined', 'member.left'] as const

/** What a webhook may be told: `deleted` is into the trash and for good alike, and what comes out of the trash is `created`. */
export type WebhookEventName = (typeof events)[number]

/** The body of `POST /api/v1/webhooks`. */
export interface NewWebhook {
  /** http or https, without a user or a password. */
  readonly url: string
  /** A pattern of the documents that it is about, in which `*` stands for any characters. */
  readonly documents: string
  readonly events: readonly WebhookEventName[]
}

/** {@link NewWebhook} */
export const newWebhookSchema: z.ZodType<NewWebhook> = z.strictObject({
  url: z
    .string()
    .max(2048)
    .refine(isReceiver, { error: 'is no address that starts with http: or https:, without a user and a fragment' })
    .meta({ description: 'Where deliveries are posted: http or https, without a user and a fragment.' }),
  documents: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[A-Za-z0-9_\-.:~/*]+$/, { error: 'is no pattern of document ids, such as team-a/*' })
    .meta({ description: 'The documents that it is about: ids in which `*` stands for any characters.' }),
  events: z.array(z.enum(events)).min(1).max(events.length).meta({
    description: 'What it is told. What comes out of the trash is `created`; `deleted` is into the trash, or for good.',
  }),
})

/** A webhook as the API shows it. */
export interface WebhookSummary {
  readonly id: string
  readonly url: string
  readonly documents: string
  readonly events: readonly WebhookEventName[]
  /** ISO 8601 in UTC. */
  readonly created: string
  readonly createdBy: string
}

const webhookShape = {
  id: z.string(),
  url: z.string(),
  documents: z.string(),
  events: z.array(z.enum(events)),
  created: timeSchema,
  createdBy: z.string().meta({ description: 'The subject of whoever created it.' }),
}

/** {@link WebhookSummary} */
export const webhookSchema: z.ZodType<WebhookSummary> = z.object(webhookShape).meta({ id: 'Webhook' })

/** What creating a webhook answers: the secret is shown here, and never again. */
export interface CreatedWebhook extends WebhookSummary {
  readonly secret: string
}

/** {@link CreatedWebhook} */
export const createdWebhookSchema: z.ZodType<CreatedWebhook> = z
  .object({
    ...webhookShape,
    secret: z
      .string()
      .meta({ description: 'What deliveries are signed with: `whsec_` and base64. Shown here, and never again.' }),
  })
  .meta({ id: 'CreatedWebhook' })

/** `GET /api/v1/webhooks` answers this: all that one may administer. */
export interface WebhookList {
  readonly webhooks: readonly WebhookSummary[]
  /** Always null: there are no further pages. */
  readonly next: null
}

/** {@link WebhookList} */
export const webhookListSchema: z.ZodType<WebhookList> = z
  .object({ webhooks: z.array(webhookSchema), next: z.null().meta({ description: 'There are no further pages.' }) })
  .meta({ id: 'WebhookList' })

const deliveryStates = ['waiting', 'delivered', 'dead'] as const

/** What is, or was, told to a webhook. */
export interface WebhookDelivery {
  /** As its receiver sees it in `webhook-id`. */
  readonly id: string
  readonly event: WebhookEventName
  readonly document: string
  /** When it happened, ISO 8601 in UTC. */
  readonly at: string
  readonly state: 'waiting' | 'delivered' | 'dead'
  readonly attempts: number
  /** When it is tried next; null where it is over. */
  readonly due: string | null
  /** How the last attempt ended; null where there was none. Status 0: there was no answer. */
  readonly last: { readonly at: string; readonly status: number; readonly error: string } | null
}

/** A page of deliveries; `next` continues it as `?cursor=`. */
export interface WebhookDeliveryPage {
  readonly deliveries: readonly WebhookDelivery[]
  readonly next: string | null
}

/** `GET /api/v1/webhooks/{webhook}/deliveries` answers this. */
export const webhookDeliveryPageSchema: z.ZodType<WebhookDeliveryPage> = z
  .object({
    deliveries: z.array(
      z
        .object({
          id: z.string().meta({ description: 'As its receiver sees it in `webhook-id`.' }),
          event: z.enum(events),
          document: z.string(),
          at: timeSchema.meta({ description: 'When it happened.' }),
          state: z.enum(deliveryStates),
          attempts: z.number(),
          due: timeSchema.nullable().meta({ description: 'When it is tried next; null where it is over.' }),
          last: z
            .object({ at: timeSchema, status: z.number(), error: z.string() })
            .nullable()
            .meta({ description: 'How the last attempt ended; status 0: there was no answer.' }),
        })
        .meta({ id: 'WebhookDelivery' }),
    ),
    next: z.string().nullable().meta({ description: 'Continues the list as `cursor`; null at its end.' }),
  })
  .meta({ id: 'WebhookDeliveryPage' })

/** What `GET /api/v1/webhooks/{webhook}/deliveries` may be asked. */
export const webhookDeliveryQuerySchema: z.ZodType<{
  state: 'waiting' | 'delivered' | 'dead'
  limit: number
  cursor?: string | undefined
}> = z.object({
  state: z.enum(deliveryStates).default('waiting').meta({
    description:
      '`waiting` by when it is due; `delivered` (the last 100) and `dead` (the last 1,000, given up) newest first.',
  }),
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'How many are on a page.' }),
  cursor: z.string().max(1024).optional().meta({ description: 'Where the page before ended: its `next`.' }),
})

function isReceiver(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
  return url.hostname !== '' && url.username === '' && url.password === '' && url.hash === ''
}
