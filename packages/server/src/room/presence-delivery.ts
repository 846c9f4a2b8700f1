import type { AwarenessEntry } from '@weft/protocol'
import type { Delivery } from './delivery.ts'
import type { Presence } from './presence.ts'
import { presenceFrames } from './presence-frames.ts'
import { type SentPresence, untilNextPresence } from './presence-window.ts'
import type { Pressure } from './pressure.ts'

/** Presence that was renewed unchanged goes out at least this often, in milliseconds: others forget a client after 30 s. */
const renewalInterval = 5_000

/** Sends on what has changed of who is here, as often as the node's load allows. */
export class PresenceDelivery {
  readonly #presence: Presence
  readonly #delivery: Delivery
  readonly #pressure: Pressure
  #last: SentPresence = { at: 0, bytes: 0 }

  constructor(presence: Presence, delivery: Delivery, pressure: Pressure) {
    this.#presence = presence
    this.#delivery = delivery
    this.#pressure = pressure
  }

  /** Milliseconds until it is time to send; infinite where there is nothing to tell. */
  until(now: number): number {
    const { members } = this.#delivery
    if (this.#presence.changed) return untilNextPresence(this.#last, members.size, this.#pressure.presenceInterval, now)
    return this.#presence.renewed ? Math.max(0, this.#last.at + renewalInterval - now) : Infinity
  }

  /** Tells everyone here. @returns what other nodes have to hear */
  send(now: number): AwarenessEntry[] {
    const { all, here } = this.#presence.take()
    let bytes = 0
    for (const frame of presenceFrames(all)) {
      bytes += frame.payload.byteLength
      this.#delivery.toAll(frame)
    }
    this.#last = { at: now, bytes }
    return here
  }
}
