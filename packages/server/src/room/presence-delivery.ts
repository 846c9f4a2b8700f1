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
    const least = Math.max(window, this.#pressure.presenceInterval)
    if (this.#presence.changed) return this.#pace.until(now, this.#delivery.members.size, least)
    return this.#presence.renewed ? Math.max(0, this.#pace.last + renewalInterval - now) : Infinity
  }

  /** What to send with a change that goes to everyone now; undefined where it is too early for more presence, or nothing to tell. */
  along(now: number): PresenceNews | undefined {
    if (!this.#presence.changed || this.#pace.untilAlong(now, this.#pressure.presenceInterval) > 0) return undefined
    return this.take(now)
  }

  /** What to send now, the oldest of it first; what would take too long at once is left for the next time. */
  take(now: number): PresenceNews {
    const members = this.#delivery.members.size
    const { all, here } = this.#presence.take(presenceBytesAtOnce(members))
    this.#pace.sent(now, members, weightOf(all.map(({ json }) => json.length)))
    return { frames: presenceFrames(all), here }
  }
}
