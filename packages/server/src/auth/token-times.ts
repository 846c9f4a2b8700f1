import type { Claims } from './claims.ts'

/** How far the clock of who issues tokens may be ahead of ours, in seconds. A token's end is taken as it is. */
export const clockTolerance = 30

/** What may be wrong with a token's times, in the order in which they are looked at. */
export const timeChecks = ['expiry', 'issue', 'lifetime'] as const

/** What is wrong with a token's times. */
export interface TimeFault {
  readonly check: (typeof timeChecks)[number]
  readonly text: string
}

/**
 * What is wrong with the times of a token; undefined where nothing is.
 *
 * @param now milliseconds since 1970
 * @param maxLifetime milliseconds
 */
export function timeFault(
  { exp, iat }: Pick<Claims, 'exp' | 'iat'>,
  now: number,
  maxLifetime: number,
): TimeFault | undefined {
  const [seconds, most] = [now / 1000, maxLifetime / 1000]
  if (exp <= seconds) return { check: 'expiry', text: 'it has expired' }
  // By its time of issue it is told whether a revocation covers it.
  if (iat !== undefined && iat > seconds + clockTolerance) {
    return { check: 'issue', text: 'it was issued in the future: compare the clocks' }
  }
  // The tolerance: someone whose clock is ahead gives a token its whole life from there on.
  if (exp - Math.min(iat ?? seconds, seconds) > most + clockTolerance) {
    return { check: 'lifetime', text: `it holds for longer than ${most} s, the most that this server takes` }
  }
  return undefined
}
