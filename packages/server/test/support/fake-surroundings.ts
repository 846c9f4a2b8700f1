import type { Surroundings } from '../../src/room/surroundings.ts'

/** Time and chance in the hands of a test. Nothing happens until the test lets it. */
export class FakeSurroundings implements Surroundings {
  #now = 1_000_000
  #ids = 0
  readonly #soon: (() => void)[] = []
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
    this.#soon.push(callback)
  }

  randomId(): string {
    return `id-${++this.#ids}`
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.length
  }

  /** Runs what was asked for soon, until nothing is left. */
  turn(): void {
    for (let callback = this.#soon.shift(); callback !== undefined; callback = this.#soon.shift()) callback()
  }

  /** Lets time pass, and everything happen that is due in it, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    this.turn()
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.due)
      next.callback()
      this.turn()
    }
    this.#now = end
  }
}
