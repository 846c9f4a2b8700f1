import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Backoff, backoffBase, backoffCap } from '../src/backoff.ts'

test('each wait is drawn from 0 to a window that doubles up to the cap', () => {
  const longest = new Backoff(() => 1)
  const waits = Array.from({ length: 9 }, () => longest.next())
  expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000])
  const shortest = new Backoff(() => 0)
  expect(Array.from({ length: 9 }, () => shortest.next())).toEqual(Array.from({ length: 9 }, () => 0))
})

test('a connection that was of use begins anew', () => {
  const backoff = new Backoff(() => 1)
  backoff.next()
  backoff.next()
  backoff.reset()
  expect(backoff.next()).toBe(backoffBase)
})

test('no wait is shorter than what the server asked for, and a crowd that was asked is spread', () => {
  fc.assert(
    fc.property(
      fc.nat(120_000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(2000),
      (retryAfter, random, failures) => {
        const backoff = new Backoff(() => random)
        for (let i = 0; i < failures; i++) backoff.next()
        const wait = backoff.next(retryAfter)
        expect(wait).toBeGreaterThanOrEqual(retryAfter)
        expect(wait).toBeLessThanOrEqual(retryAfter + backoffCap)
      },
    ),
  )
  expect(new Backoff(() => 1).next(3000)).toBe(6000)
})
