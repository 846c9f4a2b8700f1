import { expect, test } from 'vitest'
import { exactTime, relativeTime } from '../src/documents/relative-time.ts'

const now = Date.parse('2026-11-24T12:00:00Z')

test.each([
  ['2026-11-24T12:00:30Z', 'just now'],
  ['2026-11-24T11:59:30Z', 'just now'],
  ['2026-11-24T11:59:10Z', '1 minute ago'],
  ['2026-11-24T11:01:00Z', '59 minutes ago'],
  ['2026-11-24T10:00:00Z', '2 hours ago'],
  ['2026-11-23T11:00:00Z', 'yesterday'],
  ['2026-11-10T12:00:00Z', '2 weeks ago'],
  ['2025-11-20T12:00:00Z', 'last year'],
  ['no time', 'at an unknown time'],
])('%s is %s', (time, words) => {
  expect(relativeTime(time, now)).toBe(words)
})

test('an unreadable time is shown as it came', () => {
  expect(exactTime('no time')).toBe('no time')
  expect(exactTime('2026-11-24T12:00:00Z')).toContain('2026')
})
