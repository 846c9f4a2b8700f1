import type { Clock } from '../../src/clock.ts'

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 1_000_000
  #timers: { due: number; callback: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + ms, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Moves time on and calls what is due, in its order. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const [next] = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)
      if (next === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.due)
      next.callback()
    }
    this.#now = end
  }

  /** Milliseconds until the next timer; undefined for none. */
  get next(): number | undefined {
    const dues = this.#timers.map(({ due }) => due - this.#now)
    return dues.length === 0 ? undefined : Math.min(...dues)
  }
}
