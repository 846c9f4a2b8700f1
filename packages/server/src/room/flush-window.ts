/** What delivering one flush to one member costs, in milliseconds: mostly the system call of the write. */
const deliveryCost = 0.005

/** How much of a core's time a room may spend on fan-out before it gathers more per flush: a tenth. */
const share = 10

/** No edit waits longer than this for others, in milliseconds: still below what a person notices. */
const largestWindow = 50

/** Timers are no finer than this, in milliseconds; a shorter window is none. */
const timerGrain = 1

/**
 * When the next flush may happen. A small or quiet room flushes at once; a large one lets the time between flushes follow
 * what a flush costs, so that many edits a second share one delivery.
 *
 * @param widening how many times as long a window is as on a node at ease
 * @returns milliseconds to wait from now; 0 for none
 */
export function untilNextFlush(members: number, lastFlush: number, now: number, widening: number): number {
  const window = Math.min(members * deliveryCost * share, largestWindow) * widening
  const wait = lastFlush + window - now
  return wait < timerGrain ? 0 : wait
}
