import { isSafeLink } from '@weft/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readImageAddress, readLink } from '../src/editor/safe-url.ts'

test.each([
  ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
  ['  http://example.org ', 'http://example.org'],
  ['example.org', 'https://example.org'],
  ['example.org/path with', undefined],
  ['localhost:8787/d/a', 'https://localhost:8787/d/a'],
  ['bücher.example', 'https://bücher.example'],
  ['ada@example.org', 'mailto:ada@example.org'],
  ['mailto:ada@example.org', 'mailto:ada@example.org'],
  ['words', undefined],
  ['', undefined],
  ['javascript:alert(1)', undefined],
  ['JavaScript:alert(1)', undefined],
  [' java\nscript:alert(1)', undefined],
  ['\u0001javascript:alert(1)', undefined],
  ['data:text/html,<script>alert(1)</script>', undefined],
  ['vbscript:msgbox', undefined],
  ['file:///etc/passwd', undefined],
  ['blob:https://example.org/1', undefined],
])('readLink(%j) is %j', (typed, expected) => {
  expect(readLink(typed)).toBe(expected)
})

test('whatever is typed, what comes out is a link of an allowed kind', () => {
  const nearMiss = fc
    .tuple(fc.string({ maxLength: 3 }), fc.constantFrom('javascript:', 'data:', 'https://', 'mailto:', ''), fc.string())
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(nearMiss, (typed) => {
      const href = readLink(typed)
      if (href === undefined) return
      expect(['http:', 'https:', 'mailto:']).toContain(new URL(href).protocol)
      expect(isSafeLink(href)).toBe(true)
    }),
  )
})

test('an image comes from http or https only', () => {
  expect(readImageAddress('https://example.org/a.png')).toBe('https://example.org/a.png')
  expect(readImageAddress('example.org/a.png')).toBe('https://example.org/a.png')
  expect(readImageAddress('mailto:ada@example.org')).toBeUndefined()
  expect(readImageAddress('data:image/png;base64,AAAA')).toBeUndefined()
  expect(readImageAddress('javascript:alert(1)')).toBeUndefined()
})
