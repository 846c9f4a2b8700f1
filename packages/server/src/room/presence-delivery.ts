import type { AwarenessEntry } from '@weft/protocol'
import type { Delivery } from './delivery.ts'
import type { Frame } from './frame.ts'
import type { Presence } from './presence.ts'
import { presenceFrames } from './presence-frames.ts'
import { presenceBytesAtOnce, PresencePace, weightOf } from './presence-pace.ts'
import type { Pressure } from './pressure.ts'

/** Presence that was renewed unchanged goes out at least this often, in milliseconds: others forget a client after 30 s. */
const renewalInterval = 5_000

/** What is to be told of who is here. */
export interface PresenceNews {
  /** To everyone here. */
  readonly frames: readonly Frame[]
  /** To other nodes. */
  readonly here: readonly AwarenessEntry[]
}

/** Gathers what has changed of who is here, and says when to send it: as often as the room's share of a core and the node's load allow. */
export class PresenceDelivery {
  readonly #presence: Presence
  readonly #delivery: Delivery
  readonly #pressure: Pressure
  readonly #pace = new PresencePace()
  #begun = -Infinity

  constructor(presence: Presence, delivery: Delivery, pressure: Pressure) {
    this.#presence = presence
    this.#delivery = delivery
    this.#pressure = pressure
  }

  /**
   * Milliseconds until it is time to send; infinite where there is nothing to tell.
   *
   * @param window how long edits wait for each other: presence waits for company no less
   */
  until(now: number, window: number): number {
    const { last } = this.#pace
    if (this.#presence.changed) {
      return this.#pace.until(now, this.#delivery.members.size, Math.max(last + window, this.#earliest))
    }
    return this.#presence.renewed ? Math.max(0, last + renewalInterval - now) : Infinity
  }

  /** What to send with a change that goes to everyone now; undefined where it is too early for more presence, or nothing to tell. */
  along(now: number): PresenceNews | undefined {
    const early = this.#pace.untilAlong(now, this.#earliest) > 0
    return early || !this.#presence.changed ? undefined : this.#take(now)
  }

  /** Tells everyone here, if it is time. @returns what it told, with what to tell other nodes */
  send(now: number, window: number): PresenceNews | undefined {
    if (this.until(now, window) > 0) return undefined
    const news = this.#take(now)
    for (const frame of news.frames) this.#delivery.toAll(frame)
    return news
  }

  /** On a node that is hard pressed a telling begins only so long after the last one did; its parts follow as they are paid for. */
  get #earliest(): number {
    return this.#presence.telling ? -Infinity : this.#begun + this.#pressure.presenceInterval
  }

  #take(now: number): PresenceNews {
    const members = this.#delivery.members.size
    const mayBegin = now >= this.#begun + this.#pressure.presenceInterval
    const { all, here, begins } = this.#presence.take(presenceBytesAtOnce(members), mayBegin)
    if (begins) this.#begun = now
    this.#pace.sent(now, members, weightOf(all.map(({ json }) => json.length)))
    return { frames: presenceFrames(all), here }
  }
}
