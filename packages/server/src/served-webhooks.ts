import type { Changes, Collections } from '@weft/persistence'
import type { ChangeTail } from './changes/change-tail.ts'
import type { WebhookRoutesParts } from './http/webhooks.ts'
import type { Log } from './observability/log.ts'
import type { RoomsEvents } from './room/rooms.ts'
import type { Surroundings } from './room/surroundings.ts'
import { AddressRules } from './webhooks/address-rules.ts'
import { MemberEvents } from './webhooks/member-events.ts'
import { poster, refusedReceiver } from './webhooks/post.ts'
import { WebhookBook } from './webhooks/webhook-book.ts'
import { WebhookDispatcher } from './webhooks/webhook-dispatcher.ts'

/** What the webhooks of a node are made with. */
export interface ServedWebhooksParts {
  readonly node: string
  /** Whether other nodes share the store. */
  readonly shared: boolean
  readonly collections: () => Collections
  readonly changes: () => Changes
  readonly tail: ChangeTail
  /** Where deliveries may go beside the public internet. */
  readonly networks: readonly string[]
  readonly surroundings: Surroundings
  readonly log: Log
}

/** The webhooks of a node: their routes, what happens in its rooms, and the deliveries that fall to it. */
export class ServedWebhooks {
  readonly routes: WebhookRoutesParts
  readonly roomEvents: Pick<RoomsEvents, 'joined' | 'left'>
  readonly #parts: ServedWebhooksParts
  readonly #rules: AddressRules
  readonly #members: MemberEvents
  #dispatcher: WebhookDispatcher | undefined

  constructor(parts: ServedWebhooksParts) {
    this.#parts = parts
    const book = new WebhookBook(parts)
    const rules = new AddressRules(parts.networks)
    const members = new MemberEvents({ ...parts, book })
    this.#rules = rules
    this.#members = members
    this.routes = { webhooks: book, refuseReceiver: (url) => refusedReceiver(rules, url) }
    this.roomEvents = {
      joined: (document, { id, actor }) =>
        members.happened({ event: 'member.joined', document, member: id, subject: actor }),
      left: (document, { id, actor }) =>
        members.happened({ event: 'member.left', document, member: id, subject: actor }),
    }
  }

  /** The store is there: delivers from now on. */
  begin(): void {
    const post = poster(this.#rules)
    this.#dispatcher = new WebhookDispatcher({ ...this.#parts, book: this.routes.webhooks, post })
  }

  /** Lets what is under way end, and other nodes go on. */
  async end(): Promise<void> {
    await Promise.all([this.#dispatcher?.end(), this.#members.end()])
  }
}
