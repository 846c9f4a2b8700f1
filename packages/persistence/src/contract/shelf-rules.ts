import { expect, test } from 'vitest'
import { keyAfter, type Shelves } from '../shelves.ts'
import type { StoreKind } from './store-fixture.ts'
import { withStore } from './with-store.ts'

const item = (key: string, text = `text of ${key}`): { key: string; text: string } => ({ key, text })

async function keysOn(shelves: Shelves, shelf: string, range = {}): Promise<string[]> {
  return (await shelves.list(shelf, { limit: 100, ...range })).map(({ key }) => key)
}

/** What holds of the shelves. */
export function shelfRules(kind: StoreKind): void {
  test('what is put on a shelf is there as it was put, and on no other', () =>
    withStore(kind, async ({ store: { shelves } }) => {
      expect(await shelves.get('a', 'k')).toBeUndefined()
      expect(await shelves.list('a', { limit: 10 })).toEqual([])
      const odd = item('k~', '{"text":"Zoë \\n \u0000 [("}')
      expect(await shelves.change('a', { put: [odd, item('empty', '')] })).toBe(true)
      expect(await shelves.get('a', 'k~')).toBe(odd.text)
      expect(await shelves.list('a', { limit: 10 })).toEqual([item('empty', ''), odd])
      expect(await shelves.get('b', 'k~')).toBeUndefined()
      await shelves.change('a', { put: [item('k~', 'other')] })
      expect(await shelves.get('a', 'k~')).toBe('other')
      await shelves.change('a', { remove: ['k~', 'never'] })
      expect(await keysOn(shelves, 'a')).toEqual(['empty'])
    }))

  test('a shelf is listed in the byte order of its keys, from either end, between two of them', () =>
    withStore(kind, async ({ store: { shelves } }) => {
      const keys = ['!', 'B', '[', 'a', 'a!', 'a-1', 'a-10', 'a-2', 'b', '~~']
      await shelves.change('s', { put: keys.toReversed().map((key) => item(key)) })
      expect(await keysOn(shelves, 's')).toEqual(keys)
      expect(await keysOn(shelves, 's', { backwards: true })).toEqual(keys.toReversed())
      expect(await keysOn(shelves, 's', { from: 'a-1', before: 'b' })).toEqual(['a-1', 'a-10', 'a-2'])
      expect(await keysOn(shelves, 's', { before: 'b', limit: 2, backwards: true })).toEqual(['a-2', 'a-10'])
      expect(await keysOn(shelves, 's', { from: keyAfter('a'), limit: 2 })).toEqual(['a!', 'a-1'])
      for (const limit of [0, -1, 1.5, 1_001]) {
        await expect(shelves.list('s', { limit })).rejects.toBeInstanceOf(RangeError)
      }
    }))

  test('a change happens while what was expected stands there, wholly or not at all', () =>
    withStore(kind, async ({ store: { shelves } }) => {
      const begin = { expect: [{ key: 'k', text: undefined }], put: [item('k', 'one')] }
      expect(await shelves.change('s', begin)).toBe(true)
      expect(await shelves.change('s', begin)).toBe(false)
      const wrong = {
        expect: [
          { key: 'k', text: 'one' },
          { key: 'l', text: '' },
        ],
        put: [item('m')],
        remove: ['k'],
      }
      expect(await shelves.change('s', wrong)).toBe(false)
      expect(await shelves.list('s', { limit: 10 })).toEqual([item('k', 'one')])
      const both = { expect: [{ key: 'k', text: 'one' }], put: [item('k', 'two'), item('m')], remove: ['k'] }
      expect(await shelves.change('s', both)).toBe(true)
      expect(await shelves.list('s', { limit: 10 })).toEqual([item('k', 'two'), item('m')])
    }))

  test('of many that change the same at once, each sees what the one before left', () =>
    withStore(kind, async ({ store: { shelves } }) => {
      const add = async (): Promise<void> => {
        for (;;) {
          const text = await shelves.get('s', 'count')
          const next = String(Number(text ?? 0) + 1)
          if (await shelves.change('s', { expect: [{ key: 'count', text }], put: [item('count', next)] })) return
        }
      }
      await Promise.all(Array.from({ length: 20 }, add))
      expect(await shelves.get('s', 'count')).toBe('20')
    }))

  test.each<[string, string, string]>([
    ['no key', '', 'x'],
    ['a space', 'a b', 'x'],
    ['a letter beyond ASCII', 'ë', 'x'],
    ['too long a key', 'x'.repeat(257), 'x'],
    ['too long a text', 'k', 'x'.repeat(256 * 1024 + 1)],
  ])('a shelf refuses %s', (_name, key, text) =>
    withStore(kind, async ({ store: { shelves } }) => {
      await expect(shelves.change('s', { put: [{ key, text }] })).rejects.toBeInstanceOf(RangeError)
      expect(await keysOn(shelves, 's')).toEqual([])
    }),
  )

  if (!kind.durable) return
  test('shelves are there after the store was closed', () =>
    withStore(kind, async (subject) => {
      await subject.store.shelves.change('s', { put: [item('kept')] })
      await subject.reopen()
      expect(await subject.store.shelves.list('s', { limit: 10 })).toEqual([item('kept')])
    }))
}
