import { expect, test } from 'vitest'
import type { DocumentListing, DocumentOrder } from '../document-catalog.ts'
import type { Store } from '../store.ts'
import type { StoreKind } from './store-fixture.ts'
import { withStore } from './with-store.ts'

const orders: readonly DocumentOrder[] = ['updated', 'name', 'created']

/** More than are sorted, and more than one page looks at. */
const many = 5_300

/** What holds of documents that are looked for by the words of their titles. */
export function titleRules(kind: StoreKind): void {
  test('E3: documents are found by the words that their titles have, whatever order, prefix and page', () =>
    withStore(kind, async ({ store }) => {
      const titles = {
        'team-a/1': 'Minutes of May',
        'team-a/2': 'Minutes of June, Zürich',
        'team-b/1': 'MINUTES: May 2026',
        'team-b/2': 'Plan for May',
        'team-b/3': '',
        c: 'Überblick (minute by minute) ✎ 議事録',
      }
      for (const [at, [id, title]] of Object.entries(titles).entries()) {
        await store.catalog.create({ id, title, createdBy: 'ada', at })
      }
      const found = async (q: string, prefix = ''): Promise<string[]> => {
        const perOrder = await Promise.all(orders.map((order) => listed(store, { order, limit: 1, q, prefix })))
        expect(perOrder.map((ids) => ids.toSorted())).toEqual(perOrder.map(() => [...(perOrder[1] ?? [])]))
        for (const limit of [2, 200]) {
          for (const [index, order] of orders.entries()) {
            expect(await listed(store, { order, limit, q, prefix })).toEqual(perOrder[index])
          }
        }
        expect(perOrder[0]).toEqual(perOrder[2])
        return perOrder[1] ?? []
      }
      expect(await found('minutes may')).toEqual(['team-a/1', 'team-b/1'])
      expect(await found('MAY, minut')).toEqual(['team-a/1', 'team-b/1'])
      expect(await found('minute')).toEqual(['c', 'team-a/1', 'team-a/2', 'team-b/1'])
      expect(await found('minute', 'team-')).toEqual(['team-a/1', 'team-a/2', 'team-b/1'])
      expect(await found('m', 'team-b/')).toEqual(['team-b/1', 'team-b/2'])
      expect(await found('zurich')).toEqual(['team-a/2'])
      expect(await found('ÜBER')).toEqual(['c'])
      expect(await found('議事')).toEqual(['c'])
      expect(await found('2026')).toEqual(['team-b/1'])
      expect(await found('inutes')).toEqual([])
      expect(await found('minutes %')).toEqual(['team-a/1', 'team-a/2', 'team-b/1'])
      expect(await found('nothing')).toEqual([])
      expect(await found('* ?')).toEqual(Object.keys(titles).toSorted())
    }))

  test('E3: a title that is another one is found by its words, and what is gone is not found', () =>
    withStore(kind, async ({ store: { catalog } }) => {
      const found = async (q: string): Promise<string[]> => listed({ catalog }, { order: 'updated', limit: 10, q })
      await catalog.create({ id: 'a', title: 'old name', createdBy: 'ada', at: 1 })
      await catalog.setTitle('a', 'new name', 1)
      expect([await found('old'), await found('new'), await found('name')]).toEqual([[], ['a'], ['a']])
      await catalog.trash('a', 2)
      expect(await found('new')).toEqual([])
      await catalog.restore('a')
      expect(await found('new')).toEqual(['a'])
      await catalog.delete('a', 3)
      expect(await found('new')).toEqual([])
      await catalog.recreate({ id: 'a', title: 'third', createdBy: 'ada', at: 4 })
      expect([await found('new'), await found('third')]).toEqual([[], ['a']])
    }))

  test('E3: a word that very many titles have makes short pages, which together hold all that have the others too', () =>
    withStore(kind, async ({ store }) => {
      const ids = Array.from({ length: many }, (_, index) => `d-${String(index).padStart(4, '0')}`)
      const wanted = (index: number): boolean => index % 1_000 === 500
      for (let start = 0; start < many; start += 500) {
        const group = ids.slice(start, start + 500)
        await Promise.all(
          group.map((id, index) => {
            const title = wanted(start + index) ? 'note apart' : 'note among others'
            return store.catalog.create({ id, title, createdBy: 'ada', at: start + index })
          }),
        )
      }
      const expected = ids.filter((_id, index) => wanted(index))
      for (const order of orders) {
        expect((await listed(store, { order, limit: 50, q: 'note a ap' })).toSorted()).toEqual(expected)
        expect((await listed(store, { order, limit: 200, q: 'note', prefix: 'd-5' })).toSorted()).toHaveLength(
          many - 5_000,
        )
      }
    }))
}

async function listed({ catalog }: Pick<Store, 'catalog'>, listing: DocumentListing): Promise<string[]> {
  const ids: string[] = []
  let next: string | undefined
  do {
    const page = await catalog.list({ ...listing, ...(next === undefined ? {} : { cursor: next }) })
    expect(page.documents.length).toBeLessThanOrEqual(listing.limit)
    ids.push(...page.documents.map(({ id }) => id))
    next = page.next
  } while (next !== undefined)
  return ids
}
