import { matchesPattern } from '../auth/document-pattern.ts'
import type { Log } from '../observability/log.ts'
import type { Surroundings } from '../room/surroundings.ts'
import type { Delivery, Webhook } from './webhook.ts'
import type { WebhookBook } from './webhook-book.ts'

/** How long what happened to members gathers before it is put where it outlives this node, in milliseconds. */
const interval = 1_000
/** For how long it is taken for granted which webhooks there are, in milliseconds. */
const remembered = 2_000
/** Most that gathers: past it, the store has been away for long. */
const maxGathered = 5_000

/** What is told of a member. */
export interface MemberNews {
  readonly event: 'member.joined' | 'member.left'
  readonly document: string
  readonly member: string
  readonly subject: string
}

/** What the events of members are made with. */
export interface MemberEventsParts {
  readonly book: WebhookBook
  readonly surroundings: Pick<Surroundings, 'now' | 'timer' | 'randomId'>
  readonly log: Log
}

/**
 * What happens to the members of this node, for webhooks. Only this node knows of it, so what it has not put into the store yet is
 * lost if it is killed: a second's worth.
 */
export class MemberEvents {
  readonly #parts: MemberEventsParts
  #gathered: (MemberNews & { readonly at: number })[] = []
  #webhooks: readonly Webhook[] = []
  #known = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()
  #over = false

  constructor(parts: MemberEventsParts) {
    this.#parts = parts
  }

  happened(news: MemberNews): void {
    if (this.#gathered.length >= maxGathered) return
    this.#gathered.push({ ...news, at: this.#parts.surroundings.now() })
    if (!this.#over) this.#later()
  }

  /** Puts what has gathered into the store, as far as that takes it. */
  async end(): Promise<void> {
    this.#over = true
    this.#cancel?.()
    await this.#writing
    await this.#write()
  }

  #later(): void {
    this.#cancel ??= this.#parts.surroundings.timer(interval, () => {
      this.#cancel = undefined
      this.#writing = this.#write()
    })
  }

  async #write(): Promise<void> {
    const { log } = this.#parts
    const gathered = this.#gathered
    this.#gathered = []
    if (gathered.length === 0) return
    try {
      for (const webhook of await this.#current()) {
        const deliveries = gathered.flatMap((news) => this.#deliveryTo(webhook, news))
        if (deliveries.length === 0 || (await this.#parts.book.tell(webhook.id, deliveries))) continue
        log.warn('webhook-events-lost', { webhook: webhook.id, count: deliveries.length })
      }
    } catch (error) {
      log.warn('webhook-events-lost', { count: gathered.length, error })
    }
  }

  async #current(): Promise<readonly Webhook[]> {
    const now = this.#parts.surroundings.now()
    if (now >= this.#known + remembered) {
      this.#webhooks = await this.#parts.book.list()
      this.#known = now
    }
    return this.#webhooks
  }

  #deliveryTo({ events, documents }: Webhook, news: MemberNews & { readonly at: number }): Delivery[] {
    const { event, document, member, subject, at } = news
    if (!events.includes(event) || !matchesPattern(documents, document)) return []
    const id = `msg_${this.#parts.surroundings.randomId()}`
    return [{ id, event, document, at, data: { document, member: { id: member, subject } }, attempts: 0 }]
  }
}
