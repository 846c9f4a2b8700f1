import type { AwarenessEntry, Person } from '@weft/protocol'
import type { Delivery } from './delivery.ts'
import type { Frame } from './frame.ts'
import { Presence } from './presence.ts'
import { PresenceDelivery, type PresenceNews } from './presence-delivery.ts'
import { presenceFrames } from './presence-frames.ts'
import type { Pressure } from './pressure.ts'

/** What is known of who is here, and when to tell it. */
interface Shown {
  readonly presence: Presence
  readonly news: PresenceDelivery
}

/** A room's presence. Where nobody ever showed any there is nothing of it in memory: its tables are a large part of a quiet room. */
export class RoomPresence {
  readonly #delivery: Delivery
  readonly #pressure: Pressure
  #shown: Shown | undefined

  constructor(delivery: Delivery, pressure: Pressure) {
    this.#delivery = delivery
    this.#pressure = pressure
  }

  /** All that is known of it. */
  get presence(): Presence {
    return this.#made.presence
  }

  /** A connection says who is there. @returns what to answer it, as `Presence.receive` does */
  receive(owner: object, entries: readonly AwarenessEntry[], opening: boolean): AwarenessEntry[] {
    return this.#made.presence.receive(owner, entries, opening)
  }

  /** A connection is gone, and what it showed with it. */
  leave(owner: object): void {
    this.#shown?.presence.leave(owner)
  }

  /** Everyone who is shown, as frames. */
  frames(): readonly Frame[] {
    return this.#shown === undefined ? [] : presenceFrames(this.#shown.presence.all())
  }

  people(): Person[] {
    return this.#shown?.presence.people() ?? []
  }

  personOf(owner: object): Person | undefined {
    return this.#shown?.presence.personOf(owner)
  }

  /** As `PresenceDelivery.until` says it. */
  until(now: number, window: number): number {
    return this.#shown?.news.until(now, window) ?? Infinity
  }

  /** What goes with a change that everyone is sent now. */
  along(now: number): PresenceNews | undefined {
    return this.#shown?.news.along(now)
  }

  /** Tells everyone here, if it is time. @returns what it told, with what to tell other nodes */
  send(now: number, window: number): PresenceNews | undefined {
    return this.#shown?.news.send(now, window)
  }

  get #made(): Shown {
    if (this.#shown === undefined) {
      const presence = new Presence()
      this.#shown = { presence, news: new PresenceDelivery(presence, this.#delivery, this.#pressure) }
    }
    return this.#shown
  }
}
