import { type Collections, type NodeRegistry, StoreError } from '@weft/persistence'
import type { Log } from '../observability/log.ts'
import type { Surroundings } from '../room/surroundings.ts'
import { deliveryOf, wants } from './member-news.ts'
import { clearRoster, listRosters, type RosteredMember, type RosterName } from './member-roster.ts'
import type { WebhookBook } from './webhook-book.ts'

/** How often is looked for nodes that are gone, in milliseconds. */
const interval = 5_000
/** A node that the registry does not list for so long is gone, in milliseconds. It is listed for 15 s after its last sign of life. */
const patience = 10_000

/** What looks for nodes that are gone is made with. */
export interface DepartedMembersParts {
  /** This node's own roster. */
  readonly own: RosterName
  readonly collections: () => Collections
  /** Undefined for a store that no two nodes share: then there is nobody else. */
  readonly registry: () => Pick<NodeRegistry, 'list'> | undefined
  readonly book: WebhookBook
  readonly surroundings: Pick<Surroundings, 'now' | 'timer' | 'randomId'>
  readonly log: Log
}

/**
 * Says `left` for the members of nodes that were killed. Of the nodes that deliver, the first by name does so: where two think that they
 * are it, some are told twice.
 */
export class DepartedMembers {
  readonly #parts: DepartedMembersParts
  /** Since when nodes are missed. */
  readonly #missed = new Map<string, number>()
  #cancel: () => void = () => {}
  #round: Promise<void> = Promise.resolve()
  #over = false

  constructor(parts: DepartedMembersParts) {
    this.#parts = parts
    this.#later()
  }

  async end(): Promise<void> {
    this.#over = true
    this.#cancel()
    await this.#round
  }

  #later(): void {
    if (this.#over) return
    this.#cancel = this.#parts.surroundings.timer(interval, () => {
      this.#round = this.#look().then(() => this.#later())
    })
  }

  async #look(): Promise<void> {
    const { collections, own, log } = this.#parts
    try {
      const others = (await listRosters(collections())).filter(
        ({ node, life }) => node !== own.node || life !== own.life,
      )
      for (const roster of await this.#gone(others)) {
        let count = 0
        await clearRoster(collections(), roster, async (members) => {
          await this.#tell(members)
          count += members.length
        })
        log.info('members-departed', { other: roster.node, count })
      }
    } catch (error) {
      // That the store is away is said by the dispatcher.
      if (!(error instanceof StoreError)) log.error('members-departed-failed', { error })
    }
  }

  /** The rosters of nodes that are gone, where it is for this node to say so. */
  async #gone(others: readonly RosterName[]): Promise<RosterName[]> {
    const { own, registry, surroundings } = this.#parts
    // Earlier lives of one's own name: two nodes bear no name at once.
    const earlier = others.filter(({ node }) => node === own.node)
    const strangers = others.filter(({ node }) => node !== own.node)
    const nodes = strangers.length === 0 ? [] : await registry()?.list()
    if (nodes === undefined) return [...others]
    const live = new Set(nodes.map(({ id }) => id))
    const [first] = nodes.filter(({ role }) => role !== 'sync').map(({ id }) => id)
    const missing = strangers.filter(({ node }) => !live.has(node))
    const names = new Set(missing.map(({ node }) => node))
    for (const node of this.#missed.keys()) if (!names.has(node)) this.#missed.delete(node)
    for (const node of names) if (!this.#missed.has(node)) this.#missed.set(node, surroundings.now())
    if (first !== own.node) return earlier
    return [
      ...earlier,
      ...missing.filter(({ node }) => surroundings.now() >= (this.#missed.get(node) ?? Infinity) + patience),
    ]
  }

  async #tell(members: readonly RosteredMember[]): Promise<void> {
    const { book, surroundings, log } = this.#parts
    const news = members.map((member) => ({ ...member, event: 'member.left' as const, at: surroundings.now() }))
    for (const webhook of await book.list()) {
      const deliveries = news
        .filter((one) => wants(webhook, one))
        .map((one) => deliveryOf(one, () => surroundings.randomId()))
      if (deliveries.length === 0 || (await book.tell(webhook.id, deliveries))) continue
      log.warn('webhook-events-lost', { webhook: webhook.id, count: deliveries.length })
    }
  }
}
