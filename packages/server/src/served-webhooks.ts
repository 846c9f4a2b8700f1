import type { Store } from '@weft/persistence'
import type { ChangeTail } from './changes/change-tail.ts'
import type { WebhookRoutesParts } from './http/webhooks.ts'
import type { Log } from './observability/log.ts'
import type { RoomsEvents } from './room/rooms-events.ts'
import type { Surroundings } from './room/surroundings.ts'
import { AddressRules } from './webhooks/address-rules.ts'
import { DepartedMembers } from './webhooks/departed-members.ts'
import { MemberEvents } from './webhooks/member-events.ts'
import { MemberRoster } from './webhooks/member-roster.ts'
import { poster, refusedReceiver } from './webhooks/post.ts'
import { WebhookBook } from './webhooks/webhook-book.ts'
import { WebhookDispatcher } from './webhooks/webhook-dispatcher.ts'

/** What the webhooks of a node are made with. */
export interface ServedWebhooksParts {
  readonly node: string
  /** Whether other nodes share the store. */
  readonly shared: boolean
  /** @throws StoreUnavailableError where there is no store yet */
  readonly store: () => Pick<Store, 'changes' | 'collections' | 'nodes'>
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
  readonly #members: MemberEvents
  readonly #begin: () => Lasting[]
  #lasting: Lasting[] = []

  constructor(parts: ServedWebhooksParts) {
    const { node, store, surroundings } = parts
    const stored = { collections: () => store().collections, changes: () => store().changes }
    const book = new WebhookBook({ ...stored, surroundings })
    const rules = new AddressRules(parts.networks)
    const own = { node, life: surroundings.randomId() }
    const members = new MemberEvents({ ...parts, book, roster: new MemberRoster(stored.collections, own) })
    this.#members = members
    this.#begin = (): Lasting[] => [
      new WebhookDispatcher({ ...parts, ...stored, book, post: poster(rules) }),
      new DepartedMembers({ ...parts, ...stored, registry: () => store().nodes, book, own }),
    ]
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
    this.#lasting = this.#begin()
  }

  /** Lets what is under way end, and other nodes go on. */
  async end(): Promise<void> {
    await Promise.all([...this.#lasting, this.#members].map((part) => part.end()))
  }
}

/** What goes on until it is ended. */
interface Lasting {
  end(): Promise<void>
}
