/** The histogram's steps in milliseconds, and how far it reaches. */
const step = 0.05
const reach = 120_000

/** Counts times without keeping each of them. */
export class Histogram {
  readonly #counts = new Uint32Array(reach / step)
  count = 0

  add(milliseconds: number): void {
    const at = Math.min(this.#counts.length - 1, Math.max(0, Math.floor(milliseconds / step)))
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.count++
  }

  /** The time below which so many percent lie, 0 where there is none. */
  percentile(percent: number): number {
    let left = Math.ceil((percent / 100) * this.count)
    if (left === 0) return 0
    for (const [at, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return (at + 1) * step
    }
    return reach
  }

  clear(): void {
    this.#counts.fill(0)
    this.count = 0
  }
}
