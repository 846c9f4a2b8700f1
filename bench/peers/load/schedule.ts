/** Calls `act` at a steady rate, spread evenly over the time, and catches up when this process was late. */
export class Schedule {
  readonly #timer: NodeJS.Timeout

  /** @param rate calls a second */
  constructor(rate: number, act: () => void) {
    const begun = performance.now()
    let done = 0
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begun) / 1000) * rate)
      while (done < due) {
        done++
        act()
      }
    }, 1)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
