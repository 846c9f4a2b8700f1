import { create, type PRNG } from 'lib0/prng'

/** A generator for a seed. Neighbouring seeds begin differently, which lib0's own do not. */
export function randomFor(seed: number): PRNG {
  return create(Math.imul(seed + 1, 0x9e37_79b1) >>> 0)
}
