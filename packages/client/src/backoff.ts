/** First window of the jitter, in milliseconds: a blip heals before a person notices, and a crowd is already spread a little. */
export const backoffBase = 200

/** Largest window, in milliseconds: how long someone waits at most, on average half of it, after a server has come back. */
export const backoffCap = 10_000

/**
 * How long to wait before the next attempt: full jitter, a time drawn evenly from 0 to a window that doubles with each
 * failure. Waiting the full window instead would bring a crowd that lost its server together back together.
 */
export class Backoff {
  readonly #random: () => number
  #failures = 0

  /** @param random numbers from 0 to 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /**
   * Milliseconds until the next attempt.
   *
   * @param retryAfter milliseconds that the server asked us to stay away. Everyone it turned away was told much the
   *   same, so the window after it is at least as long again: otherwise all would be back within 200 ms of each other.
   */
  next(retryAfter = 0): number {
    const window = Math.max(backoffBase * 2 ** this.#failures, retryAfter)
    // Past the cap there is nothing left to double, and 2 ** n would in the end be Infinity.
    if (window < backoffCap) this.#failures++
    return retryAfter + this.#random() * Math.min(window, backoffCap)
  }

  /** A connection was of use: the next failure is a first one. */
  reset(): void {
    this.#failures = 0
  }
}
