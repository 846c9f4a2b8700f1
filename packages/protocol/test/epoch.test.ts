import { expect, test } from 'vitest'
import { epochParts, isLaterLife, sameLife } from '../src/epoch.ts'

test('a log that was lost and put back is of the same life; what was made anew is not', () => {
  expect(sameLife('0.kitten.one', '0.kitten.two')).toBe(true)
  expect(sameLife('0.kitten.one', '0.puppy.one')).toBe(false)
  expect(sameLife('0.kitten.one', '1.kitten.one')).toBe(false)
  expect(sameLife('old', 'old')).toBe(true)
  expect(sameLife('old', 'other')).toBe(false)
  expect(sameLife('old', '0.old.two')).toBe(true)
})

test('a later life is one that began after an end that was meant', () => {
  expect(isLaterLife('1.a.b', '0.c.d')).toBe(true)
  expect(isLaterLife('10.a.b', '9.c.d')).toBe(true)
  expect(isLaterLife('0.a.b', '0.c.d')).toBe(false)
  expect(isLaterLife('0.a.b', '1.c.d')).toBe(false)
  expect(isLaterLife('1.a.b', 'of-an-older-weft')).toBe(true)
})

test('whatever is no such text is an epoch of the first life, all of it its origin', () => {
  for (const text of ['', 'x', '1.a', '.a.b', '1..b', '-1.a.b', '1.a.b.c', 'one.a.b']) {
    expect(epochParts(text)).toEqual({ life: 0, origin: text })
  }
})
