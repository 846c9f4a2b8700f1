import { matchesPattern } from '../auth/document-pattern.ts'
import type { Delivery, Webhook } from './webhook.ts'

/** What is told of a member. */
export interface MemberNews {
  readonly event: 'member.joined' | 'member.left'
  readonly document: string
  readonly member: string
  readonly subject: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Whether a webhook wants to hear of it. */
export function wants(
  { events, documents }: Pick<Webhook, 'events' | 'documents'>,
  { event, document }: Pick<MemberNews, 'event' | 'document'>,
): boolean {
  return events.includes(event) && matchesPattern(documents, document)
}

/** What a webhook is told of it. */
export function deliveryOf({ event, document, member, subject, at }: MemberNews, randomId: () => string): Delivery {
  const id = `msg_${randomId()}`
  return { id, event, document, at, data: { document, member: { id: member, subject } }, attempts: 0 }
}
