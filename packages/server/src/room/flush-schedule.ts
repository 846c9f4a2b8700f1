import type { Surroundings } from './surroundings.ts'

/** When the next flush happens: once, at the earliest time that was asked for. */
export class FlushSchedule {
  readonly #surroundings: Surroundings
  readonly #flush: () => void
  #next: { readonly due: number; readonly cancel: () => void } | undefined
  #over = false

  constructor(surroundings: Surroundings, flush: () => void) {
    this.#surroundings = surroundings
    this.#flush = flush
  }

  /** Flushes after so many milliseconds; at 0, once everything that waits at sockets was read. */
  flushIn(milliseconds: number): void {
    const due = this.#surroundings.now() + milliseconds
    if (this.#over || (this.#next !== undefined && this.#next.due <= due)) return
    this.#next?.cancel()
    this.#next = { due, cancel: milliseconds > 0 ? this.#surroundings.timer(milliseconds, this.#flush) : this.#soon() }
  }

  /** A flush is under way: what was planned is not needed. */
  clear(): void {
    this.#next?.cancel()
    this.#next = undefined
  }

  /** No flush happens any more. */
  end(): void {
    this.#over = true
    this.clear()
  }

  #soon(): () => void {
    let cancelled = false
    this.#surroundings.soon(() => {
      if (!cancelled) this.#flush()
    })
    return () => {
      cancelled = true
    }
  }
}
