import { expect, test } from 'vitest'
import { keyAfter, type Collections } from '../collections.ts'
import type { StoreKind } from './store-fixture.ts'
import { withStore } from './with-store.ts'

const item = (key: string, text = `text of ${key}`): { key: string; text: string } => ({ key, text })

async function keysOn(collections: Collections, collection: string, range = {}): Promise<string[]> {
  return (await collections.list(collection, { limit: 100, ...range })).map(({ key }) => key)
}

/** What holds of the collections. */
export function collectionRules(kind: StoreKind): void {
  test('what is put in a collection is there as it was put, and in no other', () =>
    withStore(kind, async ({ store: { collections } }) => {
      expect(await collections.get('a', 'k')).toBeUndefined()
      expect(await collections.list('a', { limit: 10 })).toEqual([])
      const odd = item('k~', '{"text":"Zoë \\n \u0000 [("}')
      expect(await collections.change('a', { put: [odd, item('empty', '')] })).toBe(true)
      expect(await collections.get('a', 'k~')).toBe(odd.text)
      expect(await collections.list('a', { limit: 10 })).toEqual([item('empty', ''), odd])
      expect(await collections.get('b', 'k~')).toBeUndefined()
      await collections.change('a', { put: [item('k~', 'other')] })
      expect(await collections.get('a', 'k~')).toBe('other')
      await collections.change('a', { remove: ['k~', 'never'] })
      expect(await keysOn(collections, 'a')).toEqual(['empty'])
    }))

  test('a collection is listed in the byte order of its keys, from either end, between two of them', () =>
    withStore(kind, async ({ store: { collections } }) => {
      const keys = ['!', 'B', '[', 'a', 'a!', 'a-1', 'a-10', 'a-2', 'b', '~~']
      await collections.change('s', { put: keys.toReversed().map((key) => item(key)) })
      expect(await keysOn(collections, 's')).toEqual(keys)
      expect(await keysOn(collections, 's', { backwards: true })).toEqual(keys.toReversed())
      expect(await keysOn(collections, 's', { from: 'a-1', before: 'b' })).toEqual(['a-1', 'a-10', 'a-2'])
      expect(await keysOn(collections, 's', { before: 'b', limit: 2, backwards: true })).toEqual(['a-2', 'a-10'])
      expect(await keysOn(collections, 's', { from: keyAfter('a'), limit: 2 })).toEqual(['a!', 'a-1'])
      for (const limit of [0, -1, 1.5, 1_001]) {
        await expect(collections.list('s', { limit })).rejects.toBeInstanceOf(RangeError)
      }
    }))

  test('a change happens while what was expected stands there, wholly or not at all', () =>
    withStore(kind, async ({ store: { collections } }) => {
      const begin = { expect: [{ key: 'k', text: undefined }], put: [item('k', 'one')] }
      expect(await collections.change('s', begin)).toBe(true)
      expect(await collections.change('s', begin)).toBe(false)
      const wrong = {
        expect: [
          { key: 'k', text: 'one' },
          { key: 'l', text: '' },
        ],
        put: [item('m')],
        remove: ['k'],
      }
      expect(await collections.change('s', wrong)).toBe(false)
      expect(await collections.list('s', { limit: 10 })).toEqual([item('k', 'one')])
      const both = { expect: [{ key: 'k', text: 'one' }], put: [item('k', 'two'), item('m')], remove: ['k'] }
      expect(await collections.change('s', both)).toBe(true)
      expect(await collections.list('s', { limit: 10 })).toEqual([item('k', 'two'), item('m')])
    }))

  test('of many that change the same at once, each sees what the one before left', () =>
    withStore(kind, async ({ store: { collections } }) => {
      const add = async (): Promise<void> => {
        for (;;) {
          const text = await collections.get('s', 'count')
          const next = String(Number(text ?? 0) + 1)
          if (await collections.change('s', { expect: [{ key: 'count', text }], put: [item('count', next)] })) return
        }
      }
      await Promise.all(Array.from({ length: 20 }, add))
      expect(await collections.get('s', 'count')).toBe('20')
    }))

  test.each<[string, string, string]>([
    ['no key', '', 'x'],
    ['a space', 'a b', 'x'],
    ['a letter beyond ASCII', 'ë', 'x'],
    ['too long a key', 'x'.repeat(257), 'x'],
    ['too long a text', 'k', 'x'.repeat(256 * 1024 + 1)],
  ])('a collection refuses %s', (_name, key, text) =>
    withStore(kind, async ({ store: { collections } }) => {
      await expect(collections.change('s', { put: [{ key, text }] })).rejects.toBeInstanceOf(RangeError)
      expect(await keysOn(collections, 's')).toEqual([])
    }),
  )

  if (!kind.durable) return
  test('collections are there after the store was closed', () =>
    withStore(kind, async (subject) => {
      await subject.store.collections.change('s', { put: [item('kept')] })
      await subject.reopen()
      expect(await subject.store.collections.list('s', { limit: 10 })).toEqual([item('kept')])
    }))
}
