import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type DocumentListing,
  type DocumentOrder,
  InvalidCursorError,
  type ListingPart,
  listParts,
  MemoryStore,
} from '../src/index.ts'

const orders: readonly DocumentOrder[] = ['updated', 'name', 'created']
const ids = ['a', 'a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'b/c/1', 'b/c/2', 'c', 'd/1', 'd/2', 'e']

async function storeOf(): Promise<MemoryStore> {
  const store = new MemoryStore()
  // Several of one time, so that ids decide between them, and another order than that of names.
  for (const [index, id] of ids.entries()) {
    await store.catalog.create({ id, title: '', createdBy: '', at: (index * 5) % 7 })
    await store.catalog.setTitle(id, 'x', 10 + ((index * 3) % 5))
  }
  return store
}

async function allOf(
  store: MemoryStore,
  listing: Omit<DocumentListing, 'prefix' | 'cursor'>,
  parts: readonly ListingPart[],
): Promise<string[]> {
  const found: string[] = []
  let next: string | undefined
  do {
    const page = await listParts(store.catalog, { ...listing, ...(next === undefined ? {} : { cursor: next }) }, parts)
    expect(page.documents.length).toBeLessThanOrEqual(listing.limit)
    if (next !== undefined) expect(page.next).not.toBe(next)
    found.push(...page.documents.map(({ id }) => id))
    next = page.next
  } while (next !== undefined)
  return found
}

const odd = (id: string): boolean => /[13]$/.test(id)
const anyPart: fc.Arbitrary<ListingPart> = fc.oneof(
  fc.constantFrom(...ids, 'nope').map((document) => ({ document })),
  fc.constantFrom('', 'a', 'a/', 'b/', 'b/c/', 'd/1', 'zzz').map((prefix) => ({ prefix })),
  fc.constantFrom('', 'a/', 'b/').map((prefix) => ({ prefix, includes: odd })),
  fc.constantFrom('a', 'd/2').map((only) => ({ prefix: '', includes: (id: string) => id === only })),
)

function isIn(part: ListingPart, id: string): boolean {
  if ('document' in part) return part.document === id
  return id.startsWith(part.prefix) && (part.includes?.(id) ?? true)
}

test('E3: a listing of parts has what is in any of them, once, in the order of a listing of all', async () => {
  const store = await storeOf()
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyPart, { maxLength: 5 }),
      fc.constantFrom(...orders),
      fc.constantFrom(1, 2, 3, 200),
      async (parts, order, limit) => {
        const all = (await store.catalog.list({ order, limit: 200 })).documents.map(({ id }) => id)
        const expected = all.filter((id) => parts.some((part) => isIn(part, id)))
        expect(await allOf(store, { order, limit }, parts)).toEqual(expected)
      },
    ),
    { numRuns: 500 },
  )
})

test('E3: a page reads few pages, however few of what they hold is included', async () => {
  const store = new MemoryStore()
  for (let i = 0; i < 100; i++) await store.catalog.create({ id: `d-${i}`, title: '', createdBy: '', at: i })
  let reads = 0
  const catalog = {
    get: store.catalog.get.bind(store.catalog),
    list: async (listing: DocumentListing) => {
      reads++
      return store.catalog.list(listing)
    },
  }
  const part = { prefix: '', includes: (id: string) => id === 'd-0' }
  const page = await listParts(catalog, { order: 'updated', limit: 10 }, [part])
  expect([page.documents, typeof page.next, reads]).toEqual([[], 'string', 5])
  expect(await allOf(store, { order: 'updated', limit: 10 }, [part])).toEqual(['d-0'])
  reads = 0
  await listParts(catalog, { order: 'updated', limit: 10 }, [{ prefix: 'd-' }])
  expect(reads).toBe(1)
})

test('E3: a made-up cursor is refused, also where there is nothing to list', async () => {
  const { catalog } = await storeOf()
  for (const parts of [[], [{ document: 'a' }], [{ prefix: '' }]]) {
    await expect(listParts(catalog, { order: 'name', limit: 1, cursor: 'x' }, parts)).rejects.toThrow(
      InvalidCursorError,
    )
  }
})
