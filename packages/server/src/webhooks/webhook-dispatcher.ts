import type { ChangeTail } from '../changes/change-tail.ts'
import type { Log } from '../observability/log.ts'
import type { Surroundings } from '../room/surroundings.ts'
import type { Webhook } from './webhook.ts'
import type { WebhookBook } from './webhook-book.ts'
import { WebhookQueue, type WebhookQueueParts } from './webhook-queue.ts'

/** How often a node looks what is due, in milliseconds. */
const interval = 1_000

/** What a dispatcher is made with. */
export interface WebhookDispatcherParts extends Omit<WebhookQueueParts, 'webhook' | 'attempted' | 'surroundings'> {
  readonly book: WebhookBook
  readonly tail: ChangeTail
  readonly surroundings: Surroundings
  readonly log: Log
}

/** Delivers to the webhooks whose lease this node has, and waits for the others'. */
export class WebhookDispatcher {
  readonly #parts: WebhookDispatcherParts
  readonly #queues = new Map<string, WebhookQueue>()
  #cancel: () => void = () => {}
  #leaveTail: (() => void) | undefined
  #round: Promise<void> = Promise.resolve()
  #failing = false
  #over = false

  constructor(parts: WebhookDispatcherParts) {
    this.#parts = parts
    this.#later()
  }

  /** Lets what is under way end, and other nodes go on. */
  async end(): Promise<void> {
    this.#over = true
    this.#cancel()
    this.#leaveTail?.()
    await this.#round
    await Promise.all([...this.#queues.values()].map((queue) => queue.end()))
  }

  #later(): void {
    if (this.#over) return
    this.#cancel = this.#parts.surroundings.timer(interval, () => {
      this.#round = this.#look().then(() => this.#later())
    })
  }

  async #look(): Promise<void> {
    const { book, log } = this.#parts
    try {
      this.#follow(await book.list())
      await Promise.all([...this.#queues.values()].map((queue) => queue.step()))
      if (this.#failing) log.info('webhooks-recovered')
      this.#failing = false
    } catch (error) {
      if (!this.#failing && !this.#over) log.warn('webhooks-failing', { error })
      this.#failing = true
    }
  }

  /** Nobody listens for changes while there is nobody to be told of them. */
  #follow(webhooks: readonly Webhook[]): void {
    const { tail, log } = this.#parts
    const ids = new Set(webhooks.map(({ id }) => id))
    for (const id of this.#queues.keys()) if (!ids.has(id)) this.#queues.delete(id)
    for (const webhook of webhooks) {
      if (this.#queues.has(webhook.id)) continue
      const queue = new WebhookQueue({
        ...this.#parts,
        webhook,
        attempted: ({ id, event, document, attempts }, { status, error }, state) => {
          const level = state === 'dead' ? 'warn' : 'debug'
          log[level]('webhook-attempted', {
            webhook: webhook.id,
            delivery: id,
            event,
            document,
            attempts,
            status,
            error,
            state,
          })
        },
      })
      this.#queues.set(webhook.id, queue)
    }
    if (this.#queues.size === 0) {
      this.#leaveTail?.()
      this.#leaveTail = undefined
      return
    }
    this.#leaveTail ??= tail.listen({
      changed: () => {
        for (const queue of this.#queues.values()) queue.changed()
      },
      ended: () => {},
    })
  }
}
