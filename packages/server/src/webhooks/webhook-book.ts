import type { Changes, CollectionItem, Collections } from '@weft/persistence'
import type { Surroundings } from '../room/surroundings.ts'
import { newSecret } from './signature.ts'
import { type Delivery, deliveryIn, type DeliveryState, type Webhook, webhookIn } from './webhook.ts'
import {
  deliveryKey,
  idOfKey,
  placeKey,
  queueCollection,
  rangeOf,
  sections,
  timeOfKey,
  webhookCollection,
} from './webhook-keys.ts'

/** How many webhooks there may be: each is looked at once a second. */
export const maxWebhooks = 200
/** Deliveries that other nodes put there and nobody has taken in yet. What comes then is lost. */
const maxUntaken = 1_000

/** What the book is made with. */
export interface WebhookBookParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly collections: () => Collections
  readonly changes: () => Changes
  readonly surroundings: Pick<Surroundings, 'now' | 'randomId'>
}

/** A delivery, what has become of it, and when: when it is tried next, or when it was over. */
export interface KnownDelivery {
  readonly delivery: Delivery
  readonly state: DeliveryState
  readonly time: number
}

/** Which webhooks there are, and what has become of their deliveries: on any node. */
export class WebhookBook {
  readonly #parts: WebhookBookParts

  constructor(parts: WebhookBookParts) {
    this.#parts = parts
  }

  /** All of them, in the order of their ids. @throws StoreUnavailableError */
  async list(): Promise<Webhook[]> {
    const items = await this.#collections.list(webhookCollection, { limit: 1_000 })
    return items.flatMap(({ text }) => webhookIn(text) ?? [])
  }

  /** @throws StoreUnavailableError */
  async get(id: string): Promise<Webhook | undefined> {
    const text = await this.#collections.get(webhookCollection, id)
    return text === undefined ? undefined : webhookIn(text)
  }

  /**
   * Makes one, which is told of what happens from now on.
   *
   * @returns undefined where there are too many
   * @throws StoreUnavailableError
   */
  async create(asked: Pick<Webhook, 'url' | 'documents' | 'events' | 'createdBy'>): Promise<Webhook | undefined> {
    const { changes, surroundings } = this.#parts
    if ((await this.list()).length >= maxWebhooks) return undefined
    const id = surroundings.randomId()
    const webhook: Webhook = { id, ...asked, secret: newSecret(), created: surroundings.now() }
    const place = await changes().latest()
    await this.#collections.change(queueCollection(id), { put: [{ key: placeKey, text: place }] })
    await this.#collections.change(webhookCollection, { put: [{ key: id, text: JSON.stringify(webhook) }] })
    return webhook
  }

  /** Takes one away, with all that waits for it. @throws StoreUnavailableError */
  async remove(id: string): Promise<void> {
    await this.#collections.change(webhookCollection, { remove: [id] })
    await this.clear(id)
  }

  /** Takes away what is left of a webhook that is no more. @throws StoreUnavailableError */
  async clear(id: string): Promise<void> {
    for (;;) {
      const items = await this.#collections.list(queueCollection(id), { limit: 1_000 })
      if (items.length === 0) return
      await this.#collections.change(queueCollection(id), { remove: items.map(({ key }) => key) })
    }
  }

  /**
   * Deliveries of one state: what waits by when it is due, the others newest first.
   *
   * @param after the key that the page before ended with
   * @throws StoreUnavailableError
   */
  async deliveries(
    webhook: string,
    state: DeliveryState,
    limit: number,
    after?: string,
  ): Promise<{ readonly found: readonly KnownDelivery[]; readonly next: string | undefined }> {
    const backwards = state !== 'waiting'
    const range = rangeOf(sections[state])
    const from = after === undefined ? {} : backwards ? { before: after } : { from: `${after}!` }
    const items = await this.#collections.list(queueCollection(webhook), {
      ...range,
      ...from,
      limit: limit + 1,
      backwards,
    })
    const shown = items.slice(0, limit)
    const next = items.length > limit ? shown.at(-1)?.key : undefined
    return { found: shown.flatMap((item) => known(item, state)), next }
  }

  /**
   * Has a delivery tried again at once, whatever has become of it.
   *
   * @returns whether there is such a delivery
   * @throws StoreUnavailableError
   */
  async retry(webhook: string, id: string): Promise<boolean> {
    for (const section of [sections.dead, sections.waiting, sections.delivered]) {
      const item = await this.#find(webhook, section, id)
      const delivery = item && deliveryIn(item.text)
      if (item === undefined || delivery === undefined) continue
      const again = { ...delivery, attempts: 0 }
      const put = [{ key: deliveryKey('in', this.#parts.surroundings.now(), id), text: JSON.stringify(again) }]
      // What waits is moved by the node that delivers: it may be on its way at this moment.
      if (section === sections.waiting) return await this.#collections.change(queueCollection(webhook), { put })
      const expect = [item]
      if (await this.#collections.change(queueCollection(webhook), { expect, put, remove: [item.key] })) return true
    }
    return false
  }

  /** Has something told, by whichever node delivers. @returns whether there was room @throws StoreUnavailableError */
  async tell(webhook: string, deliveries: readonly Delivery[]): Promise<boolean> {
    const collection = queueCollection(webhook)
    const untaken = await this.#collections.list(collection, { ...rangeOf('in'), limit: maxUntaken })
    if (untaken.length + deliveries.length > maxUntaken) return false
    const put = deliveries.map((delivery) => ({
      key: deliveryKey('in', delivery.at, delivery.id),
      text: JSON.stringify(delivery),
    }))
    return await this.#collections.change(collection, { put })
  }

  async #find(webhook: string, section: 'due' | 'done' | 'dead', id: string): Promise<CollectionItem | undefined> {
    let { from } = rangeOf(section)
    for (;;) {
      const items = await this.#collections.list(queueCollection(webhook), { ...rangeOf(section), from, limit: 1_000 })
      const found = items.find(({ key }) => idOfKey(key) === id)
      if (found !== undefined || items.length < 1_000) return found
      from = `${items.at(-1)?.key ?? ''}!`
    }
  }

  get #collections(): Collections {
    return this.#parts.collections()
  }
}

function known({ key, text }: CollectionItem, state: DeliveryState): KnownDelivery[] {
  const delivery = deliveryIn(text)
  return delivery === undefined ? [] : [{ delivery, state, time: timeOfKey(key) }]
}
