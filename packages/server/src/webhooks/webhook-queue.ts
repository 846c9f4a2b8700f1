import {
  type ChangeKind,
  type Changes,
  CursorGoneError,
  type DocumentChange,
  type CollectionItem,
  type Collections,
} from '@weft/persistence'
import { matchesPattern } from '../auth/document-pattern.ts'
import type { Surroundings } from '../room/surroundings.ts'
import { LeasedQueue } from './leased-queue.ts'
import type { Post } from './post.ts'
import { retryDelay } from './retries.ts'
import { signedDelivery } from './signature.ts'
import { type Attempt, type Delivery, deliveryIn, type Webhook, type WebhookEvent } from './webhook.ts'
import { deliveryKey, placeKey, queueCollection, rangeOf, sections, timeOfKey } from './webhook-keys.ts'

/** A document that is being changed is told of when nothing has changed for so long, or after so long all the same, in milliseconds. */
const quiet = 3_000
const longestQuiet = 30_000
/** Deliveries to one webhook that are under way at once. */
const atOnce = 4
/** Deliveries that wait for one webhook. What comes then is dead at once. */
const maxWaiting = 10_000
/** Deliveries that are kept when they are over: those that arrived, and those that never did. */
const keptDone = 100
const keptDead = 1_000
/** How much is read at once. */
const perRead = 200

/** What a queue is made with. */
export interface WebhookQueueParts {
  readonly webhook: Webhook
  readonly node: string
  readonly shared: boolean
  readonly collections: () => Collections
  readonly changes: () => Changes
  readonly surroundings: Pick<Surroundings, 'now' | 'randomId'>
  readonly post: Post
  /** An attempt ended. */
  readonly attempted: (delivery: Delivery, attempt: Attempt, state: 'waiting' | 'delivered' | 'dead') => void
}

interface Waiting {
  readonly key: string
  readonly delivery: Delivery
}

/** The queue of one webhook, on the node that has its lease; on any other it waits for that. */
export class WebhookQueue {
  readonly #parts: WebhookQueueParts
  readonly #lease: LeasedQueue
  readonly #collection: string
  /** What waits, by id: what stands in the collection. */
  #waiting = new Map<string, Waiting>()
  /** Of documents that are told of as changed, and of which nothing has been sent: the delivery's id. */
  #settling = new Map<string, string>()
  readonly #underWay = new Map<string, Promise<void>>()
  /** What was due when that was looked at last and has not been sent, the latest first. */
  #due: Waiting[] = []
  #over = false
  #place: string | undefined
  #behind = true
  #stepping: Promise<void> | undefined

  constructor(parts: WebhookQueueParts) {
    this.#parts = parts
    const { webhook, node, collections, surroundings, shared } = parts
    this.#lease = new LeasedQueue({ webhook: webhook.id, node, collections, surroundings, shared })
    this.#collection = queueCollection(webhook.id)
  }

  /** Something has changed in the feed. */
  changed(): void {
    this.#behind = true
  }

  /** Does what is due, unless it is about that already. @throws StoreUnavailableError */
  step(): Promise<void> {
    this.#stepping ??= this.#step().finally(() => (this.#stepping = undefined))
    return this.#stepping
  }

  /** Lets what is under way end, and another node go on. */
  async end(): Promise<void> {
    this.#over = true
    await this.#stepping?.catch(() => {})
    await Promise.all(this.#underWay.values())
    await this.#lease.release().catch(() => {})
  }

  async #step(): Promise<void> {
    if (await this.#lease.keep()) await this.#load()
    if (!this.#lease.held) return
    await this.#takeIn()
    if (this.#behind && this.#parts.webhook.events.some((event) => event.startsWith('document.'))) await this.#follow()
    this.#send()
  }

  /** Reads what waits, as the node before left it. */
  async #load(): Promise<void> {
    this.#waiting = new Map()
    this.#settling = new Map()
    this.#behind = true
    const { collections } = this.#parts
    this.#place = await collections().get(this.#collection, placeKey)
    let { from } = rangeOf('due')
    for (;;) {
      const items = await collections().list(this.#collection, { ...rangeOf('due'), from, limit: 1_000 })
      for (const item of items) this.#keep(item)
      if (items.length < 1_000) return
      from = `${items.at(-1)?.key ?? ''}!`
    }
  }

  #keep({ key, text }: CollectionItem): void {
    const delivery = deliveryIn(text)
    if (delivery === undefined) return
    this.#waiting.set(delivery.id, { key, delivery })
    if (delivery.event === 'document.changed' && delivery.attempts === 0) {
      this.#settling.set(delivery.document, delivery.id)
    }
  }

  /** Takes in what other nodes put there: what happened to members, and what somebody wants to be tried again. */
  async #takeIn(): Promise<void> {
    const items = await this.#parts.collections().list(this.#collection, { ...rangeOf('in'), limit: perRead })
    if (items.length === 0) return
    const now = this.#parts.surroundings.now()
    const put: CollectionItem[] = []
    const remove = items.map(({ key }) => key)
    for (const delivery of items.flatMap(({ text }) => deliveryIn(text) ?? [])) {
      const before = this.#waiting.get(delivery.id)
      if (before !== undefined) remove.push(before.key)
      put.push(this.#itemFor(before?.delivery ?? delivery, now, put.length))
    }
    if (await this.#lease.change({ put, remove })) for (const item of put) if (isDue(item)) this.#keep(item)
  }

  /** Reads on in the feed of changes, and puts what is to be told beside how far it has read, in one. */
  async #follow(): Promise<void> {
    const { changes } = this.#parts
    this.#behind = false
    this.#place ??= await changes().latest()
    const page = await changes()
      .read(this.#place, perRead)
      .catch(async (error: unknown) => {
        if (!(error instanceof CursorGoneError)) throw error
        return { changes: [], next: await changes().latest(), more: false }
      })
      .catch((error: unknown) => {
        this.#behind = true
        throw error
      })
    if (page.more) this.#behind = true
    if (page.next === this.#place) return
    const put: CollectionItem[] = [{ key: placeKey, text: page.next }]
    const remove: string[] = []
    for (const change of page.changes) this.#tell(change, put, remove)
    if (!(await this.#lease.change({ put, remove }))) {
      this.#behind = true
      return
    }
    this.#place = page.next
    for (const item of put) if (isDue(item)) this.#keep(item)
  }

  #tell(change: DocumentChange, put: CollectionItem[], remove: string[]): void {
    const { webhook, surroundings } = this.#parts
    const event = eventOf(change)
    if (!webhook.events.includes(event) || !matchesPattern(webhook.documents, change.document)) return
    const { document, happened, state, title, at } = change
    const fresh = { id: `msg_${surroundings.randomId()}`, event, document, at, attempts: 0 }
    const data = { document, happened, state, title }
    const now = surroundings.now()
    if (event !== 'document.changed') {
      put.push(this.#itemFor({ ...fresh, data }, now, put.length))
      return
    }
    const before = this.#settlingOf(document)
    const since = before?.delivery.since ?? now
    const delivery = { ...fresh, since, ...before?.delivery, data: { ...data, happened: together(before, happened) } }
    if (before !== undefined) remove.push(before.key)
    put.push(this.#itemFor(delivery, Math.min(now + quiet, since + longestQuiet), put.length))
  }

  /** What waits to be told of a document's change, and is not under way. */
  #settlingOf(document: string): Waiting | undefined {
    const id = this.#settling.get(document)
    return id === undefined || this.#underWay.has(id) ? undefined : this.#waiting.get(id)
  }

  #itemFor(delivery: Delivery, due: number, beside: number): CollectionItem {
    const full = this.#waiting.size + beside >= maxWaiting && !this.#waiting.has(delivery.id)
    if (!full) return { key: deliveryKey(sections.waiting, due, delivery.id), text: JSON.stringify(delivery) }
    const now = this.#parts.surroundings.now()
    const last: Attempt = { at: now, status: 0, error: `${maxWaiting} deliveries waited already` }
    return { key: deliveryKey(sections.dead, now, delivery.id), text: JSON.stringify({ ...delivery, last }) }
  }

  #send(): void {
    const now = this.#parts.surroundings.now()
    this.#due = [...this.#waiting.values()]
      .filter(({ key, delivery }) => timeOfKey(key) <= now && !this.#underWay.has(delivery.id))
      .sort((a, b) => (a.key < b.key ? 1 : -1))
    this.#sendNext()
  }

  /** Sends what was due, as there is room. */
  #sendNext(): void {
    while (this.#underWay.size < atOnce && this.#lease.held && !this.#over) {
      const next = this.#due.pop()
      if (next === undefined) return
      const { id } = next.delivery
      // Meanwhile it may have been put off, or sent.
      if (this.#waiting.get(id) !== next || this.#underWay.has(id)) continue
      const ended = this.#attempt(next)
        .catch(() => {})
        .finally(() => {
          this.#underWay.delete(id)
          this.#sendNext()
        })
      this.#underWay.set(id, ended)
    }
  }

  async #attempt({ key, delivery }: Waiting): Promise<void> {
    const { webhook, surroundings, post, attempted } = this.#parts
    const signed = signedDelivery(delivery, webhook.secret, surroundings.now())
    const { status, error } = await post({ url: webhook.url, ...signed })
    const now = surroundings.now()
    const attempt: Attempt = { at: now, status, error }
    const attempts = delivery.attempts + 1
    const delay = retryDelay(attempts)
    const state = error === '' ? 'delivered' : delay === undefined ? 'dead' : 'waiting'
    const after = { ...delivery, attempts, last: attempt }
    const item = { key: deliveryKey(sections[state], now + (delay ?? 0), delivery.id), text: JSON.stringify(after) }
    if (state !== 'waiting') item.key = deliveryKey(sections[state], now, delivery.id)
    if (!(await this.#lease.change({ put: [item], remove: [key] }))) return
    this.#waiting.delete(delivery.id)
    if (this.#settling.get(delivery.document) === delivery.id) this.#settling.delete(delivery.document)
    if (state === 'waiting') this.#keep(item)
    attempted(after, attempt, state)
    if (state === 'delivered') await this.#trim('done', keptDone)
    if (state === 'dead') await this.#trim('dead', keptDead)
  }

  /** Lets go of the oldest that are over, once there are too many. */
  async #trim(section: 'done' | 'dead', kept: number): Promise<void> {
    const over = await this.#parts
      .collections()
      .list(this.#collection, { ...rangeOf(section), limit: Math.min(1_000, kept + 50) })
    if (over.length <= kept) return
    await this.#lease.change({ remove: over.slice(0, over.length - kept).map(({ key }) => key) })
  }
}

/** All that has happened since something was told last. */
function together(before: Waiting | undefined, happened: readonly ChangeKind[]): unknown[] {
  const told = before?.delivery.data['happened']
  const earlier: readonly unknown[] = Array.isArray(told) ? told : []
  return [...new Set<unknown>([...earlier, ...happened])]
}

function isDue({ key }: CollectionItem): boolean {
  return key.startsWith(rangeOf('due').from)
}

function eventOf({ happened, state }: DocumentChange): WebhookEvent {
  if (state !== 'live') return 'document.deleted'
  return happened.includes('created') || happened.includes('restored') ? 'document.created' : 'document.changed'
}
