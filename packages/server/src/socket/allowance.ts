/** What one member may send over a long time, and at once. */
export interface AllowanceLimits {
  readonly messagesPerSecond: number
  readonly messagesAtOnce: number
  readonly bytesPerSecond: number
  readonly bytesAtOnce: number
}

/**
 * A member's token buckets: one for messages, one for bytes. Spending reads no clock, because nearly everybody always has some left;
 * whoever has not is given what time has brought since.
 */
export class Allowance {
  readonly #limits: AllowanceLimits
  #messages: number
  #bytes: number
  #filled: number

  /** @param now milliseconds */
  constructor(limits: AllowanceLimits, now: number) {
    this.#limits = limits
    this.#messages = limits.messagesAtOnce
    this.#bytes = limits.bytesAtOnce
    this.#filled = now
  }

  /** Takes so much, a debt included: what has been read cannot be sent back. */
  spend(messages: number, bytes: number): void {
    this.#messages -= messages
    this.#bytes -= bytes
  }

  /** Whether there is a debt. */
  get exhausted(): boolean {
    return this.#messages < 0 || this.#bytes < 0
  }

  /** Whether it is as if nothing had ever been spent. */
  get full(): boolean {
    const { messagesAtOnce, bytesAtOnce } = this.#limits
    return this.#messages >= messagesAtOnce && this.#bytes >= bytesAtOnce
  }

  /** Adds what the time since the last call brings. */
  refill(now: number): void {
    const { messagesPerSecond, messagesAtOnce, bytesPerSecond, bytesAtOnce } = this.#limits
    const seconds = (now - this.#filled) / 1000
    this.#filled = now
    this.#messages = Math.min(messagesAtOnce, this.#messages + seconds * messagesPerSecond)
    this.#bytes = Math.min(bytesAtOnce, this.#bytes + seconds * bytesPerSecond)
  }

  /** Forgets what was spent. */
  fill(now: number): void {
    this.#filled = now
    this.#messages = this.#limits.messagesAtOnce
    this.#bytes = this.#limits.bytesAtOnce
  }
}
