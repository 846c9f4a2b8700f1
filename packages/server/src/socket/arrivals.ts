import type { SocketLimits } from './limits.ts'

/** A connection that has just come. */
export interface Arrival {
  /** It has had its time. */
  timedOut(): void
  /** It makes room for others. */
  giveWay(): void
}

/** What arrivals are bounded by. */
export type ArrivalLimits = Pick<SocketLimits, 'arrivals' | 'perAddress' | 'handshake'>

/**
 * Bounds the connections that one address has, and those that have said nothing yet. Of the latter the oldest gives way to who comes:
 * whoever means it speaks at once, so that a thousand that never do cost nobody their seat.
 */
export class Arrivals {
  readonly #limits: ArrivalLimits
  readonly #counts = new Map<string, number>()
  /** Since when they have said nothing, the oldest first. */
  readonly #silent = new Map<Arrival, number>()

  constructor(limits: ArrivalLimits) {
    this.#limits = limits
  }

  /**
   * Whether an address has as many connections as it may have.
   *
   * @param address undefined where nobody counts
   */
  full(address: string | undefined): boolean {
    return address !== undefined && (this.#counts.get(address) ?? 0) >= this.#limits.perAddress
  }

  /** @param now milliseconds */
  came(arrival: Arrival, address: string | undefined, now: number): void {
    if (address !== undefined) this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1)
    this.#silent.set(arrival, now)
    if (this.#silent.size <= this.#limits.arrivals) return
    for (const oldest of this.#silent.keys()) {
      this.#silent.delete(oldest)
      oldest.giveWay()
      return
    }
  }

  spoke(arrival: Arrival): void {
    this.#silent.delete(arrival)
  }

  left(arrival: Arrival, address: string | undefined): void {
    this.#silent.delete(arrival)
    if (address === undefined) return
    const left = (this.#counts.get(address) ?? 0) - 1
    if (left > 0) this.#counts.set(address, left)
    else this.#counts.delete(address)
  }

  /** Ends the wait for those who have said nothing for too long. */
  sweep(now: number): void {
    for (const [arrival, since] of this.#silent) {
      if (now - since < this.#limits.handshake) return
      this.#silent.delete(arrival)
      arrival.timedOut()
    }
  }
}
