import { expect, it } from 'vitest'
import { Expiries } from '../../src/socket/expiries.ts'

const hour = 3_600_000

it('an end that lies past what timers take is waited for in steps, and one that comes sooner wakes sooner', () => {
  const waits: number[] = []
  let wake = (): void => {}
  let now = 0
  const timer = (wait: number, callback: () => void): (() => void) => {
    waits.push(wait)
    wake = callback
    return () => {}
  }
  const expiries = new Expiries({ now: () => now, timer })
  const expired: string[] = []
  const ending = (name: string, expires: number) => ({ expires, expire: () => expired.push(name) })
  expiries.watch(ending('in two months', 60 * 24 * hour))
  now = hour
  wake()
  expiries.watch(ending('soon', hour + 5_000))
  expiries.watch(ending('a little later', hour + 5_100))
  expect(waits).toEqual([hour, hour, 5_000])
  now = hour + 5_000
  wake()
  expect([expired, waits.at(-1)]).toEqual([['soon'], 1_000])
  now += 1_000
  wake()
  expect([expired, waits.at(-1)]).toEqual([['soon', 'a little later'], hour])
})
