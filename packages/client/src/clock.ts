/** Time, handed in so that tests own it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `callback` once after `ms` milliseconds; what it returns calls that off. */
  after(ms: number, callback: () => void): () => void
}

/** The platform's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
