import { expect, test } from 'vitest'
import { type DocumentListing, type DocumentOrder, InvalidCursorError } from '../document-catalog.ts'
import type { Store } from '../store.ts'
import type { StoreKind } from './store-fixture.ts'
import { append, begin, checkpointAt, entry, withStore } from './with-store.ts'

const orders: readonly DocumentOrder[] = ['updated', 'name', 'created']

/** What holds of the catalog. */
export function listingRules(kind: StoreKind): void {
  test('E3: creating says whether it did, and keeps what was there', () =>
    withStore(kind, async ({ store: { catalog } }) => {
      const document = { id: 'team-a/plan', title: 'Plan', createdBy: 'ada', at: 5 }
      expect(await catalog.create(document)).toBe(true)
      expect(await catalog.create({ ...document, title: 'Other', at: 6 })).toBe(false)
      const record = { id: 'team-a/plan', title: 'Plan', created: 5, createdBy: 'ada', updated: 5, bytes: 0 }
      expect(await catalog.get('team-a/plan')).toEqual(record)
      expect(await catalog.get('team-a')).toBeUndefined()
      await catalog.setTitle('team-a/plan', 'Plan ✎', 9)
      expect(await catalog.get('team-a/plan')).toEqual({ ...record, title: 'Plan ✎', updated: 9 })
    }))

  test('E3: a title is changed only where it is the expected one, where one is expected', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'a', 5)
      expect(await store.catalog.setTitle('a', 'x', 6, 'another')).toBe(false)
      expect(await store.catalog.get('a')).toMatchObject({ title: 'title of a', updated: 5 })
      expect(await store.catalog.setTitle('a', '', 7, 'title of a')).toBe(true)
      expect(await store.catalog.setTitle('a', 'x', 8, '')).toBe(true)
      const both = await Promise.all(['y', 'z'].map((title) => store.catalog.setTitle('a', title, 9, 'x')))
      expect(new Set(both)).toEqual(new Set([false, true]))
      expect(await store.catalog.setTitle('a', 'last', 10)).toBe(true)
      expect(await store.catalog.get('a')).toMatchObject({ title: 'last', updated: 10 })
    }))

  test('E3: an append moves its document to the front and counts its bytes; a checkpoint frees what it covers', () =>
    withStore(kind, async ({ store }) => {
      const [a, b] = [await begin(store, 'a', 10), await begin(store, 'b', 20)]
      expect(await pages(store, { order: 'updated', limit: 9 })).toEqual([['b', 'a']])
      const entries = [{ ...entry('x'.repeat(50_000)), at: 30 }]
      await store.log.append('a', { epoch: a, token: 't', entries })
      expect(await pages(store, { order: 'updated', limit: 9 })).toEqual([['a', 'b']])
      expect(await pages(store, { order: 'created', limit: 9 })).toEqual([['b', 'a']])
      const before = await store.catalog.get('a')
      expect(before).toMatchObject({ created: 10, updated: 30 })
      expect(before?.bytes).toBeGreaterThanOrEqual(50_000)
      const { head } = await store.log.load('a')
      await store.log.replaceCheckpoint('a', checkpointAt(head, 'small'), undefined)
      expect((await store.catalog.get('a'))?.bytes).toBeLessThan(1000)
      // A clock that runs behind does not take a document back.
      await store.log.append('a', { epoch: a, token: 'u', entries: [entry('late', 25)] })
      expect(await store.catalog.get('a')).toMatchObject({ updated: 30 })
      await append(store, 'b', b, 'x')
      expect(await pages(store, { order: 'updated', limit: 9 })).toEqual([['b', 'a']])
    }))

  test('E3: pages of every order give each document once, alone and with any prefix', () =>
    withStore(kind, async ({ store }) => {
      const ids = [
        'a',
        'a-b',
        'a/b',
        'a/b/c',
        'a/c',
        'a/b/c/d/e/f/g',
        'a/b/c/d/e/f/h',
        'b/a',
        'b',
        'B',
        '~',
        '0',
        'a.b/~',
      ]
      // Three of each time, so that ids decide between them.
      const created = new Map(ids.map((id, index) => [id, Math.floor(index / 3)]))
      const updated = new Map(ids.map((id, index) => [id, 100 - (index % 4)]))
      for (const id of ids) {
        const epoch = await begin(store, id, created.get(id))
        await store.log.append(id, { epoch, token: 't', entries: [entry('x', updated.get(id))] })
      }
      const expected = (order: DocumentOrder, prefix: string): string[] => {
        const times = { name: new Map<string, number>(), created, updated }[order]
        return ids
          .filter((id) => id.startsWith(prefix))
          .sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0) || (a < b ? -1 : 1))
      }
      const prefixes = ['', 'a', 'a/', 'a/b', 'a/b/', 'a/b/c/d/e/f/', 'a/b/c/d/e/f/g', 'b', 'zzz', '/', 'é', 'a\0']
      for (const order of orders) {
        for (const prefix of prefixes) {
          for (const limit of [1, 2, 5, 200]) {
            const listed = await pages(store, { order, limit, ...(prefix === '' ? {} : { prefix }) })
            expect(listed.flat(), `${order} ${prefix} ${limit}`).toEqual(expected(order, prefix))
          }
        }
      }
    }))

  test('E3: a cursor holds its place while documents come, go and move', () =>
    withStore(kind, async ({ store }) => {
      for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries()) await begin(store, id, index)
      const first = await store.catalog.list({ order: 'name', limit: 2 })
      await store.catalog.delete('b', 9)
      await begin(store, 'aa')
      const second = await store.catalog.list({ order: 'name', limit: 2, cursor: first.next ?? '' })
      expect(second.documents.map(({ id }) => id)).toEqual(['c', 'd'])
      const newest = await store.catalog.list({ order: 'updated', limit: 2 })
      expect(newest.documents.map(({ id }) => id)).toEqual(['e', 'd'])
      await store.catalog.setTitle('a', 'moved', 50)
      const older = await store.catalog.list({ order: 'updated', limit: 9, cursor: newest.next ?? '' })
      expect(older.documents.map(({ id }) => id)).toEqual(['c', 'aa'])
    }))

  test('E3: a made-up cursor, one of another order and a bad limit are refused', () =>
    withStore(kind, async ({ store }) => {
      for (const id of ['a', 'b', 'c']) await begin(store, id)
      const { next = '' } = await store.catalog.list({ order: 'name', limit: 1 })
      expect(next).toMatch(/^[A-Za-z0-9_-]+$/)
      const bad = [
        next,
        '',
        'x',
        '%%%',
        Buffer.from('["updated"]').toString('base64url'),
        Buffer.from('[1').toString('base64url'),
      ]
      bad.push(
        Buffer.from('["updated","a",1,2]').toString('base64url'),
        Buffer.from('["updated","a","1"]').toString('base64url'),
      )
      for (const cursor of bad) {
        await expect(store.catalog.list({ order: 'updated', limit: 1, cursor })).rejects.toThrow(InvalidCursorError)
      }
      for (const limit of [0, -1, 201, 1.5, 1e9, Number.NaN]) {
        await expect(store.catalog.list({ order: 'name', limit })).rejects.toThrow(RangeError)
      }
      await expect(store.catalog.create({ id: 'd', title: '', createdBy: '', at: 0.5 })).rejects.toThrow(RangeError)
    }))
}

/** The ids of all pages of a listing. */
async function pages(store: Store, listing: DocumentListing): Promise<string[][]> {
  const found: string[][] = []
  let next: string | undefined
  do {
    const page = await store.catalog.list({ ...listing, ...(next === undefined ? {} : { cursor: next }) })
    found.push(page.documents.map(({ id }) => id))
    expect(page.documents.length).toBeLessThanOrEqual(listing.limit)
    next = page.next
  } while (next !== undefined)
  return found
}
