import type { Log } from '../observability/log.ts'
import type { Surroundings } from '../room/surroundings.ts'
import { deliveryOf, type MemberNews, wants } from './member-news.ts'
import type { MemberRoster } from './member-roster.ts'
import type { Webhook } from './webhook.ts'
import type { WebhookBook } from './webhook-book.ts'

/** How long what happened to members gathers before it is put where it outlives this node, in milliseconds. */
const interval = 1_000
/** For how long it is taken for granted which webhooks there are, in milliseconds. */
const remembered = 2_000
/** Most that gathers: past it, the store has been away for long. */
const maxGathered = 5_000

/** What the events of members are made with. */
export interface MemberEventsParts {
  readonly book: WebhookBook
  readonly roster: MemberRoster
  readonly surroundings: Pick<Surroundings, 'now' | 'timer' | 'randomId'>
  readonly log: Log
}

/**
 * What happens to the members of this node, for webhooks. Only this node knows of it, so who came in the last second before it is
 * killed is told of by nobody. Who was told of is on its roster before, by which another node says that they left.
 */
export class MemberEvents {
  readonly #parts: MemberEventsParts
  #gathered: MemberNews[] = []
  #webhooks: readonly Webhook[] = []
  #known = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()
  #over = false

  constructor(parts: MemberEventsParts) {
    this.#parts = parts
  }

  happened(news: Omit<MemberNews, 'at'>): void {
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
    await this.#parts.roster.end().catch((error: unknown) => this.#parts.log.warn('members-left-behind', { error }))
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
    const { book, roster, surroundings } = this.#parts
    try {
      const webhooks = await this.#current()
      const left = gathered.filter(({ event }) => event === 'member.left').map(({ member }) => member)
      await roster.add(staying(gathered, left, webhooks))
      for (const webhook of webhooks) {
        const deliveries = gathered
          .filter((news) => wants(webhook, news))
          .map((news) => deliveryOf(news, () => surroundings.randomId()))
        if (deliveries.length === 0 || (await book.tell(webhook.id, deliveries))) continue
        log.warn('webhook-events-lost', { webhook: webhook.id, count: deliveries.length })
      }
      await roster.remove(left)
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
}

/** Those who came and stay, of whom some webhook wants to hear that they left. */
function staying(gathered: readonly MemberNews[], left: readonly string[], webhooks: readonly Webhook[]): MemberNews[] {
  const gone = new Set(left)
  return gathered.filter(({ event, document, member }) => {
    if (event !== 'member.joined' || gone.has(member)) return false
    return webhooks.some((webhook) => wants(webhook, { event: 'member.left', document }))
  })
}
