import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime } from '../../src/http/iso-time.ts'

const latest = 8_640_000_000_000_000

test('a time is written as a Date writes it, whatever was written before', () => {
  const time = fc.oneof(
    fc.integer({ min: -latest, max: latest }),
    fc.integer({ min: 0, max: 3 }).map((day) => day * 86_400_000),
    fc.integer({ min: 1_767_225_590_000, max: 1_767_225_610_000 }),
  )
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (times) => {
      expect(times.map(isoTime)).toEqual(times.map((at) => new Date(at).toISOString()))
    }),
    { numRuns: 500 },
  )
})

test.each([latest + 86_400_000, -latest - 86_400_000, Number.NaN, 9e15])('%s is no time', (at) => {
  expect(() => isoTime(at)).toThrow(RangeError)
})
