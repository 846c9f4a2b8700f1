import { expect, it } from 'vitest'
import { rangeIn } from '../../../src/http/files/byte-range.ts'

it.each<[string | undefined, number, ReturnType<typeof rangeIn>]>([
  [undefined, 10, undefined],
  ['bytes=0-3', 10, { start: 0, end: 4 }],
  ['bytes=4-', 10, { start: 4, end: 10 }],
  ['bytes=-3', 10, { start: 7, end: 10 }],
  ['bytes=-30', 10, { start: 0, end: 10 }],
  ['bytes=9-99', 10, { start: 9, end: 10 }],
  ['bytes=9-9', 10, { start: 9, end: 10 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-1', 0, 'unsatisfiable'],
  ['bytes=3-2', 10, undefined],
  ['bytes=-', 10, undefined],
  ['bytes=0-1,4-5', 10, undefined],
  ['bytes=a-b', 10, undefined],
  ['lines=0-1', 10, undefined],
  ['bytes=99999999999999999999-', 10, undefined],
])('%s of %i bytes: %j', (header, size, range) => {
  expect(rangeIn(header, size)).toEqual(range)
})
