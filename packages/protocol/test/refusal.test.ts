import { describe, expect, it } from 'vitest'
import { closeCodes, closeReason, isFinalCloseCode, isRefusalKind, parseCloseReason } from '../src/index.ts'

describe('refusals', () => {
  it('every kind has a close code of those that clients act on', () => {
    const codes = new Set(Object.values(closeCodes))
    expect([...codes].toSorted((a, b) => a - b)).toEqual([1012, 1013, 4400, 4401, 4403, 4404, 4413, 4529])
  })

  it('44xx is for good, everything else may be retried', () => {
    expect([4400, 4401, 4499].every(isFinalCloseCode)).toBe(true)
    expect([1000, 1006, 1009, 1012, 1013, 4399, 4500, 4529].some(isFinalCloseCode)).toBe(false)
  })

  it('a reason says its kind, and when to come back', () => {
    expect(closeReason('forbidden')).toBe('forbidden')
    expect(parseCloseReason('forbidden')).toEqual({ kind: 'forbidden' })
    expect(closeReason('restarting', 99.5)).toBe('restarting retry-after=100')
    expect(parseCloseReason('restarting retry-after=100')).toEqual({ kind: 'restarting', retryAfter: 100 })
  })

  it.each([
    ['', {}],
    ['going away', {}],
    ['toString', {}],
    ['retry-after=5', { retryAfter: 5 }],
    ['overloaded retry-after=-5', { kind: 'overloaded' }],
    ['overloaded retry-after=99999999999999', { kind: 'overloaded' }],
    ['overloaded retry-after=5 please', { kind: 'overloaded' }],
  ])('a reason of another origin, %j, promises nothing that it does not say', (reason, parsed) => {
    expect(parseCloseReason(reason)).toEqual(parsed)
  })

  it('fits a close frame', () => {
    for (const kind of Object.keys(closeCodes)) {
      if (isRefusalKind(kind)) expect(closeReason(kind, 600_000).length).toBeLessThan(123)
    }
  })
})
