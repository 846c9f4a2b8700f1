import { describe, expect, it } from 'vitest'
import { Histogram } from '../../bench/peers/load/histogram.ts'
import { percentile, timeMeasures } from '../../bench/support/percentiles.ts'

describe('a percentile', () => {
  const samples = [5, 1, 4, 2, 3]

  it.each([
    [0, 1],
    [20, 1],
    [21, 2],
    [50, 3],
    [99, 5],
    [100, 5],
  ])('of %d is the nearest rank', (percent, value) => {
    expect(percentile(samples, percent)).toBe(value)
  })

  it('leaves the samples as they were, and does not sort them as text', () => {
    const numbers = [100, 20, 3]
    expect(percentile(numbers, 50)).toBe(20)
    expect(numbers).toEqual([100, 20, 3])
  })

  it('of nothing is an error, not a number', () => {
    expect(() => percentile([], 50)).toThrow(RangeError)
  })
})

it('times are told with the goals that they have', () => {
  expect(timeMeasures('edit', [1, 2, 3], 5)).toEqual([
    { name: 'edit, p50', value: 2, unit: 'ms' },
    { name: 'edit, p99', value: 3, unit: 'ms', goal: { below: 5 } },
    { name: 'edit, max', value: 3, unit: 'ms' },
  ])
})

describe('a histogram', () => {
  it('knows percentiles to a twentieth of a millisecond', () => {
    const histogram = new Histogram()
    for (let time = 1; time <= 100; time++) histogram.add(time)
    expect(histogram.count).toBe(100)
    expect(histogram.percentile(50)).toBeCloseTo(50.05)
    expect(histogram.percentile(99)).toBeCloseTo(99.05)
    expect(histogram.percentile(100)).toBeCloseTo(100.05)
  })

  it('counts what is out of its reach at its ends', () => {
    const histogram = new Histogram()
    histogram.add(-1)
    histogram.add(1e9)
    expect(histogram.percentile(50)).toBeCloseTo(0.05)
    expect(histogram.percentile(100)).toBeCloseTo(120_000)
  })

  it('of nothing says 0, also after it was cleared', () => {
    const histogram = new Histogram()
    histogram.add(7)
    histogram.clear()
    expect(histogram.count).toBe(0)
    expect(histogram.percentile(99)).toBe(0)
  })
})
