import { randomBytes } from 'node:crypto'
import type { Surroundings } from '../../src/room/surroundings.ts'

/** The test's own time over real sockets: timers are due when the test says so, all else runs as it does in the server. */
export class ManualClock implements Surroundings {
  #now = Date.UTC(2026, 0, 1)
  #timers: { due: number; callback: () => void }[] = []

  now(): number {
    return this.#now
  }

  timer(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + milliseconds, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((candidate) => candidate !== timer)
    }
  }

  soon(callback: () => void): void {
    setImmediate(callback)
  }

  randomId(): string {
    return randomBytes(8).toString('hex')
  }

  /** Lets time pass, timer by timer. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const [next] = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)
      if (next === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.due)
      next.callback()
    }
    this.#now = end
  }
}
