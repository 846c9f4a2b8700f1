/**
 * Where webhooks are kept: all of them in one collection, and of each one a collection with its queue. In that are `lease` (which node
 * delivers), `place` (how far that node has read the feed of changes) and the deliveries, each under its state and time.
 *
 * @module
 */

import type { DeliveryState } from './webhook.ts'

/** The collection of all webhooks, each under its id. */
export const webhookCollection = 'webhooks'

/** The collection of a webhook's queue. */
export function queueCollection(webhook: string): string {
  return `webhook:${webhook}`
}

/** Which node delivers. */
export const leaseKey = 'lease'
/** How far the feed of changes has been read. */
export const placeKey = 'place'

/**
 * Where a delivery is: `in` is what other nodes put there for the one that delivers; `due` waits, by the time at which it is
 * tried next.
 */
type Section = 'in' | 'due' | 'done' | 'dead'

/** The sections of a delivery that has come to a state, or is about to. */
export const sections: Readonly<Record<DeliveryState, Exclude<Section, 'in'>>> = {
  waiting: 'due',
  delivered: 'done',
  dead: 'dead',
}

/** The key of a delivery, in the order of its time. */
export function deliveryKey(section: Section, at: number, id: string): string {
  return `${section}:${timeText(at)}:${id}`
}

/** The keys of a section. */
export function rangeOf(section: Section): { readonly from: string; readonly before: string } {
  return { from: `${section}:`, before: `${section};` }
}

/** The delivery that a key is of. */
export function idOfKey(key: string): string {
  return key.slice(key.indexOf(':') + 17)
}

/** The time in a key, in milliseconds since 1970. */
export function timeOfKey(key: string): number {
  return Number(key.slice(key.indexOf(':') + 1, key.indexOf(':') + 16))
}

function timeText(at: number): string {
  return String(Math.floor(at)).padStart(15, '0')
}
