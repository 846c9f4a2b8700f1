import type { Surroundings } from '../room/surroundings.ts'

/** The longest that is waited at once, in milliseconds: timers do not take a month. */
const longestWait = 3_600_000

/** Ends that lie closer together are looked for together, in milliseconds. */
const leastWait = 1_000

/** What has an end that may be put off. */
export interface Expiring {
  /** Milliseconds since 1970. */
  readonly expires: number
  expire(): void
}

/** Ends what has expired: with one timer for all, and none while nothing has an end. */
export class Expiries {
  readonly #surroundings: Pick<Surroundings, 'now' | 'timer'>
  readonly #watched = new Set<Expiring>()
  #cancel: () => void = () => {}
  #due = Number.POSITIVE_INFINITY

  constructor(surroundings: Pick<Surroundings, 'now' | 'timer'>) {
    this.#surroundings = surroundings
  }

  /** Called again where an end comes sooner than it was. */
  watch(expiring: Expiring): void {
    if (expiring.expires === Number.POSITIVE_INFINITY) {
      this.#watched.delete(expiring)
      return
    }
    this.#watched.add(expiring)
    this.#wakeAt(expiring.expires)
  }

  forget(expiring: Expiring): void {
    this.#watched.delete(expiring)
  }

  close(): void {
    this.#watched.clear()
    this.#cancel()
  }

  #wakeAt(time: number): void {
    if (time >= this.#due) return
    this.#cancel()
    this.#due = time
    const wait = Math.max(0, time - this.#surroundings.now())
    this.#cancel = this.#surroundings.timer(Math.min(wait, longestWait), () => this.#look())
  }

  #look(): void {
    this.#due = Number.POSITIVE_INFINITY
    const now = this.#surroundings.now()
    let next = Number.POSITIVE_INFINITY
    for (const expiring of this.#watched) {
      if (expiring.expires > now) next = Math.min(next, expiring.expires)
      else {
        this.#watched.delete(expiring)
        expiring.expire()
      }
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(Math.max(next, now + leastWait))
  }
}
