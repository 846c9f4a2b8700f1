import { randomId } from '@weft/persistence'
import type { Surroundings } from './room/surroundings.ts'

/** The real clock, the real timers, real chance. */
export const systemSurroundings: Surroundings = {
  now: () => Date.now(),
  timer: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
  soon: (callback) => {
    setImmediate(callback)
  },
  randomId,
}
