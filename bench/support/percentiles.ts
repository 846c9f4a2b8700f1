import type { Measure } from './report.ts'

/** The value below which so many percent of the samples lie (nearest rank). At least one sample is needed. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('a percentile of nothing')
  return value
}

/**
 * Median, 99th percentile and largest of some times in milliseconds.
 *
 * @param p99Below what the 99th percentile should stay below
 * @param p50Below what the median should stay below
 */
export function timeMeasures(
  name: string,
  samples: readonly number[],
  p99Below?: number,
  p50Below?: number,
): Measure[] {
  return [
    { name: `${name}, p50`, value: percentile(samples, 50), unit: 'ms', ...goalBelow(p50Below) },
    { name: `${name}, p99`, value: percentile(samples, 99), unit: 'ms', ...goalBelow(p99Below) },
    { name: `${name}, max`, value: percentile(samples, 100), unit: 'ms' },
  ]
}

function goalBelow(below: number | undefined): Pick<Measure, 'goal'> {
  return below === undefined ? {} : { goal: { below } }
}
