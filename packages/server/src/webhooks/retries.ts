const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** How long after each attempt the next one comes, as Standard Webhooks proposes it. */
const delays: readonly number[] = [
  5 * second,
  30 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

/**
 * How long to wait before a delivery is tried again, in milliseconds.
 *
 * @param attempts how many there have been
 * @returns undefined where that were enough
 */
export function retryDelay(attempts: number): number | undefined {
  return delays[attempts - 1]
}
