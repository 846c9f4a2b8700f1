import { describe, expect, test } from 'vitest'
import type { DocumentOrder } from '../src/document-catalog.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import type { Store } from '../src/store.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

const cold = 2_500
const warm = 25_000

test(
  'E3: a prefix that is no folder and holds many old documents costs bounded pages, which together hold them all',
  { timeout: 60_000 },
  async () => {
    await using made = await makeStoreFolder()
    // The order of creation decides; nothing has to be durable here.
    const store = await openSqliteStore(made.folder, { synchronous: 'OFF' })
    await createMany(store, 'cold-', cold, 0)
    await createMany(store, 'warm-', warm, cold)
    for (const order of ['created', 'updated'] as const) {
      const { ids, pages, longest } = await listAll(store, order, 'cold-')
      expect(ids).toEqual(Array.from({ length: cold }, (_, index) => `cold-${cold - 1 - index}`))
      expect(longest).toBe(200)
      // One page that is empty, because it has looked at as many documents as a page may; then full ones.
      expect(pages).toBeLessThanOrEqual(cold / 200 + 3)
      // A prefix of few documents is sorted instead, and its first page is full at once.
      const few = await store.catalog.list({ order, limit: 50, prefix: 'cold-1' })
      expect(few.documents.map(({ id }) => id).slice(0, 2)).toEqual(['cold-1999', 'cold-1998'])
      expect(few.documents).toHaveLength(50)
    }
    await store.close()
  },
)

test('E3: a store from before its documents were counted is counted once it is opened', async () => {
  await using made = await makeStoreFolder()
  const before = await openSqliteStore(made.folder)
  for (const id of ['a', 'b', 'c']) await before.catalog.create({ id, title: '', createdBy: '', at: 1 })
  await before.catalog.trash('b', 2)
  await before.catalog.delete('c', 2)
  await before.close()
  for (const trigger of ['added', 'removed', 'moved']) tamper(made.folder, `DROP TRIGGER count_${trigger}`)
  tamper(made.folder, 'DROP TABLE counts')
  const store = await openSqliteStore(made.folder)
  expect(await store.catalog.count()).toEqual({ documents: 1, trashed: 1 })
  await store.catalog.restore('b')
  expect(await store.catalog.count()).toEqual({ documents: 2, trashed: 0 })
  await store.close()
})

async function createMany({ catalog }: Store, prefix: string, count: number, from: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      catalog.create({ id: `${prefix}${index}`, title: '', createdBy: '', at: from + index }),
    ),
  )
}

async function listAll(
  { catalog }: Store,
  order: DocumentOrder,
  prefix: string,
): Promise<{ ids: string[]; pages: number; longest: number }> {
  const ids: string[] = []
  let pages = 0
  let longest = 0
  let next: string | undefined
  do {
    const page = await catalog.list({ order, prefix, limit: 200, ...(next === undefined ? {} : { cursor: next }) })
    ids.push(...page.documents.map(({ id }) => id))
    longest = Math.max(longest, page.documents.length)
    next = page.next
    pages++
  } while (next !== undefined)
  return { ids, pages, longest }
}

test('E3: titles of a store from before their words were kept are found once it is opened', async () => {
  await using made = await makeStoreFolder()
  const before = await openSqliteStore(made.folder)
  await before.catalog.create({ id: 'a', title: 'Minutes of May', createdBy: '', at: 1 })
  await before.close()
  tamper(made.folder, 'DROP TABLE title_words')
  const store = await openSqliteStore(made.folder)
  const found = await store.catalog.list({ order: 'name', limit: 10, q: 'may' })
  expect(found.documents.map(({ id }) => id)).toEqual(['a'])
  await store.close()
})

describe('E3: the order of update', () => {
  const newestFirst = async (store: Store, prefix = ''): Promise<string[]> =>
    (await listAll(store, 'updated', prefix)).ids

  test('E3: has what was appended before it was asked for, in every folder', async () => {
    await using made = await makeStoreFolder()
    const store = await openSqliteStore(made.folder)
    await createMany(store, 'team/', 4, 0)
    await appendTo(store, 'team/1', 100)
    expect(await newestFirst(store)).toEqual(['team/1', 'team/3', 'team/2', 'team/0'])
    await appendTo(store, 'team/0', 101)
    await appendTo(store, 'team/1', 102)
    await appendTo(store, 'team/0', 103)
    for (const prefix of ['', 'team/']) {
      expect(await newestFirst(store, prefix)).toEqual(['team/0', 'team/1', 'team/3', 'team/2'])
    }
    await store.close()
  })

  test('E3: is right for the next process after one that was ended before it was read', async () => {
    await using made = await makeStoreFolder()
    const before = await openSqliteStore(made.folder)
    await createMany(before, 'd', 3, 0)
    await appendTo(before, 'd0', 100)
    await before.close()
    const store = await openSqliteStore(made.folder)
    expect(await newestFirst(store)).toEqual(['d0', 'd2', 'd1'])
    await appendTo(store, 'd1', 101)
    expect(await newestFirst(store)).toEqual(['d1', 'd0', 'd2'])
    await store.close()
  })

  test.each<[string, (store: Store) => Promise<unknown>, string[]]>([
    ['a new title', ({ catalog }) => catalog.setTitle('d0', 'new', 200), ['d0', 'd2', 'd1']],
    ['the trash', ({ catalog }) => catalog.trash('d0', 200), ['d2', 'd1']],
    ['deletion', ({ catalog }) => catalog.delete('d0', 200), ['d2', 'd1']],
    [
      'the trash and back',
      async ({ catalog }) => {
        await catalog.trash('d0', 200)
        await catalog.restore('d0')
      },
      ['d0', 'd2', 'd1'],
    ],
  ])('E3: holds a document once after an append and %s', async (_name, change, order) => {
    await using made = await makeStoreFolder()
    const store = await openSqliteStore(made.folder)
    await createMany(store, 'd', 3, 0)
    await appendTo(store, 'd0', 100)
    await change(store)
    expect(await newestFirst(store)).toEqual(order)
    await store.close()
  })

  test('E3: has more documents than wait for their places at a time', { timeout: 60_000 }, async () => {
    await using made = await makeStoreFolder()
    const store = await openSqliteStore(made.folder, { synchronous: 'OFF' })
    await createMany(store, 'd', 1_200, 0)
    await Promise.all(Array.from({ length: 1_200 }, (_, index) => appendTo(store, `d${index}`, 10_000 - index)))
    expect(await newestFirst(store)).toEqual(Array.from({ length: 1_200 }, (_, index) => `d${index}`))
    await store.close()
  })
})

async function appendTo({ log }: Store, id: string, at: number): Promise<void> {
  const { head } = await log.load(id)
  const entries = [{ actor: 'ada', at, update: Uint8Array.of(1) }]
  await log.append(id, { epoch: head.epoch, token: `${id} at ${at}`, entries })
}
