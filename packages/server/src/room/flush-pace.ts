/** What delivering one flush to one member costs, in milliseconds: mostly the system call of the write. */
const deliveryCost = 0.005

/**
 * How much of a core's time a room may spend on fan-out, and how long its edits may wait for each other to keep to it, in milliseconds:
 * little is spared by letting people wait longer than they notice in a small room; what a large one costs has to be bounded.
 */
const bounds = [
  { share: 0.02, longest: 11 },
  { share: 0.1, longest: 39 },
] as const

/** Timers are no finer than this, in milliseconds; a shorter window is none. */
const timerGrain = 1

/**
 * How long the edits of a room of so many members wait for each other, in milliseconds.
 *
 * @param widening how many times as long as on a node at ease
 */
export function windowOf(members: number, widening: number): number {
  const windows = bounds.map(({ share, longest }) => Math.min((members * deliveryCost) / share, longest))
  const window = Math.max(...windows) * widening
  return window < timerGrain ? 0 : window
}

/**
 * When a room flushes. The window follows how many are in it and is counted from the first edit that waits, so that an edit
 * never waits longer, and as many as possible share a delivery. One that comes after a quiet time, longer than the window,
 * has no company to expect and does not wait.
 */
export class FlushPace {
  #lastEdit = -Infinity
  #lastFlush = -Infinity
  /** When what waits is to be flushed; undefined where nothing waits. */
  #due: number | undefined

  /** An edit has come. */
  edited(now: number, window: number): void {
    const quiet = now - Math.max(this.#lastEdit, this.#lastFlush) >= window
    this.#lastEdit = now
    this.#due ??= quiet ? now : now + window
  }

  /** All that had come was flushed. @param changed whether it went to everybody */
  flushed(now: number, changed: boolean): void {
    this.#due = undefined
    if (changed) this.#lastFlush = now
  }

  /** Milliseconds until what waits, or what has no time of its own, may be flushed; 0 for now. */
  wait(now: number, window: number): number {
    const wait = (this.#due ?? this.#lastFlush + window) - now
    return wait < timerGrain ? 0 : wait
  }
}
