/** Counts what happened lately: since the sweep before the last one. It reads no clock; whoever sweeps does. */
export class RecentCount {
  #total = 0
  #atLastSweep = 0
  #atSweepBefore = 0

  add(): void {
    this.#total++
  }

  /** As if none of another count, which is part of this one, had happened. */
  without(part: RecentCount): void {
    this.#total -= part.#total
    this.#atLastSweep -= part.#atLastSweep
    this.#atSweepBefore -= part.#atSweepBefore
  }

  get recent(): number {
    return this.#total - this.#atSweepBefore
  }

  /** So much time has passed. */
  sweep(): void {
    this.#atSweepBefore = this.#atLastSweep
    this.#atLastSweep = this.#total
  }
}
