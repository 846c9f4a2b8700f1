import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentIdFromPath, isDocumentId } from '../src/index.ts'

describe('document ids', () => {
  it.each(['a', 'team-a/minutes', 'A_b-c.d:e~f/0', '...', 'a/...', 'x'.repeat(256), '~', 'a.b/..c'])(
    '%s is one',
    (id) => {
      expect(isDocumentId(id)).toBe(true)
    },
  )

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/./b',
    'a/../b',
    'x'.repeat(257),
    'a b',
    'a\u0000',
    'a\n',
    'a%2Fb',
    'ä',
    'a?b',
    'a#b',
    'a\\b',
  ])('%j is none', (id) => {
    expect(isDocumentId(id)).toBe(false)
  })

  it.each([
    ['/sync/a/b', 'a/b'],
    ['/sync/a%2Fb', 'a/b'],
    ['/sync/a%2fb?token=x', 'a/b'],
    ['/sync/a?x=/../y', 'a'],
    ['/sync/%61', 'a'],
    ['/sync/a:b~c', 'a:b~c'],
  ])('%s names %s', (path, id) => {
    expect(documentIdFromPath(path, '/sync/')).toBe(id)
  })

  it.each([
    '/sync/',
    '/sync',
    '/sync/?a',
    '//sync/a',
    '/sync//a',
    '/sync/a/',
    '/sync/a/../b',
    '/sync/%2e%2e',
    '/sync/a%2F..%2Fb',
    '/sync/a%252Fb',
    '/sync/a%',
    '/sync/a%zz',
    '/sync/a%ff',
    '/sync/a%00',
    '/sync/a%0a',
    '/sync/a#b',
    '/other/a',
    `/sync/${'x'.repeat(257)}`,
  ])('%s names none', (path) => {
    expect(documentIdFromPath(path, '/sync/')).toBeUndefined()
  })

  it('a path names an id however it is encoded, and decodes once', () => {
    const id = fc
      .string({ unit: fc.constantFrom(...Array.from('aZ09_-.:~/')), minLength: 1, maxLength: 256 })
      .filter(isDocumentId)
    fc.assert(
      fc.property(id, (text) => {
        const everyByte = Buffer.from(text).toString('hex').replaceAll(/../g, '%$&')
        for (const path of [text, encodeURIComponent(text), everyByte]) {
          expect(documentIdFromPath(`/sync/${path}?q=/..`, '/sync/')).toBe(text)
        }
        expect(documentIdFromPath(`/sync/${encodeURIComponent(everyByte)}`, '/sync/')).toBeUndefined()
      }),
    )
  })

  it('no path names anything that is no id', () => {
    const raw = fc.string({ unit: fc.constantFrom(...Array.from('a./%2eEfF5?#\\ \0é')), maxLength: 30 })
    fc.assert(
      fc.property(raw, (rest) => {
        const id = documentIdFromPath(`/sync/${rest}`, '/sync/')
        if (id !== undefined)
          expect([isDocumentId(id), id]).toEqual([true, decodeURIComponent(rest.split('?')[0] ?? '')])
      }),
      { numRuns: 5_000 },
    )
  })
})
