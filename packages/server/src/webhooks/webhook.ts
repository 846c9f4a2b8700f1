import { z } from 'zod'

/** What a webhook may be told. */
export const webhookEvents = [
  'document.created',
  'document.changed',
  'document.deleted',
  'member.joined',
  'member.left',
] as const

/** One of these. */
export type WebhookEvent = (typeof webhookEvents)[number]

/** Whom to tell of what. */
export interface Webhook {
  readonly id: string
  readonly url: string
  /** A pattern of the documents that it is about. */
  readonly documents: string
  readonly events: readonly WebhookEvent[]
  /** What deliveries are signed with: `whsec_` and base64. */
  readonly secret: string
  /** Milliseconds since 1970. */
  readonly created: number
  readonly createdBy: string
}

/** How one attempt to deliver ended. */
export interface Attempt {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The status that was answered, or 0 where there was no answer. */
  readonly status: number
  /** What went wrong; empty where nothing did. */
  readonly error: string
}

/** What is told to one webhook. */
export interface Delivery {
  /** As the receiver sees it in `webhook-id`: the same for every attempt. */
  readonly id: string
  readonly event: WebhookEvent
  readonly document: string
  /** When it happened, in milliseconds since 1970. */
  readonly at: number
  /** Since when it waits for its document to rest, by the clock of the node that delivers. */
  readonly since?: number | undefined
  /** What is told, beside event and time. */
  readonly data: Readonly<Record<string, unknown>>
  readonly attempts: number
  readonly last?: Attempt | undefined
}

/** What has become of a delivery. */
export type DeliveryState = 'waiting' | 'delivered' | 'dead'

const webhookSchema: z.ZodType<Webhook> = z.object({
  id: z.string(),
  url: z.string(),
  documents: z.string(),
  events: z.array(z.enum(webhookEvents)),
  secret: z.string(),
  created: z.number(),
  createdBy: z.string(),
})

const deliverySchema: z.ZodType<Delivery> = z.object({
  id: z.string(),
  event: z.enum(webhookEvents),
  document: z.string(),
  at: z.number(),
  since: z.number().optional(),
  data: z.record(z.string(), z.unknown()),
  attempts: z.number(),
  last: z.object({ at: z.number(), status: z.number(), error: z.string() }).optional(),
})

/** The webhook that a text in a collection is; undefined for anything else. */
export function webhookIn(text: string): Webhook | undefined {
  return readAs(webhookSchema, text)
}

/** The delivery that a text in a collection is; undefined for anything else. */
export function deliveryIn(text: string): Delivery | undefined {
  return readAs(deliverySchema, text)
}

function readAs<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
