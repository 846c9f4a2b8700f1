import { createHmac, randomBytes } from 'node:crypto'
import type { Delivery } from './webhook.ts'

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const secretPrefix = 'whsec_'

/** A secret that nobody guesses. */
export function newSecret(): string {
  return secretPrefix + randomBytes(32).toString('base64')
}

/** What is sent: the body, and the headers by which its receiver knows from whom it is, and that it is not an old one. */
export function signedDelivery(
  { id, event, at, data }: Delivery,
  secret: string,
  now: number,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const body = JSON.stringify({ type: event, timestamp: new Date(at).toISOString(), data })
  const timestamp = String(Math.floor(now / 1000))
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  }
}
