import { expect, test } from 'vitest'
import { InvalidCursorError, type TrashedDocument } from '../document-catalog.ts'
import { DocumentDeletedError, DocumentNotFoundError, DocumentTrashedError } from '../errors.ts'
import type { Store } from '../store.ts'
import type { StoreKind } from './store-fixture.ts'
import { append, begin, checkpointAt, textsOf, withStore } from './with-store.ts'

/** What holds of documents in the trash. */
export function trashRules(kind: StoreKind): void {
  test('L5: what is in the trash counts as deleted, and says that it is there', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one')
      const { head } = await store.log.load('a')
      await store.catalog.trash('a', 5)
      await expect(append(store, 'a', epoch, 'late')).rejects.toThrow(DocumentTrashedError)
      await expect(store.log.load('a')).rejects.toThrow(DocumentTrashedError)
      await expect(store.log.read('a', 1)).rejects.toThrow(DocumentTrashedError)
      expect(await store.log.heads(['a'])).toEqual([undefined])
      expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'late'), undefined)).toBe(false)
      await expect(store.catalog.setTitle('a', 'x', 6)).rejects.toThrow(DocumentTrashedError)
      await expect(store.catalog.trash('a', 6)).rejects.toThrow(DocumentTrashedError)
      const again = { id: 'a', title: '', createdBy: 'x', at: 6 }
      await expect(store.catalog.create(again)).rejects.toThrow(DocumentTrashedError)
      await expect(store.catalog.recreate(again)).rejects.toThrow(DocumentTrashedError)
      expect(await store.catalog.get('a')).toBeUndefined()
      for (const order of ['name', 'updated', 'created'] as const) {
        expect((await store.catalog.list({ order, limit: 10 })).documents).toEqual([])
      }
    }))

  test('L1: what was in the trash is restored as it was, also after the store was opened anew', () =>
    withStore(kind, async (subject) => {
      const { catalog, log } = subject.store
      const epoch = await begin(subject.store, 'a', 3)
      await append(subject.store, 'a', epoch, 'one')
      const { head } = await log.load('a')
      await log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)
      await append(subject.store, 'a', epoch, 'two')
      const before = [await catalog.get('a'), await log.load('a')]
      await catalog.trash('a', 5)
      if (kind.durable) await subject.reopen()
      await subject.store.catalog.restore('a')
      expect([await subject.store.catalog.get('a'), await subject.store.log.load('a')]).toEqual(before)
      expect(await listed(subject.store)).toEqual([])
      expect((await subject.store.catalog.list({ order: 'updated', limit: 9 })).documents).toHaveLength(1)
      await append(subject.store, 'a', epoch, 'three')
      expect(textsOf(await subject.store.log.read('a', 3))).toEqual(['three'])
      await subject.store.catalog.restore('a')
      expect(await subject.store.catalog.get('a')).toMatchObject({ id: 'a' })
    }))

  test('E3: the trash is listed by time in pages that together hold each document once', () =>
    withStore(kind, async ({ store }) => {
      const ids = ['a', 'b', 'team/a', 'team/b', 'c', 'd', 'e']
      for (const [index, id] of ids.entries()) {
        await begin(store, id)
        await store.catalog.trash(id, 10 + Math.floor(index / 3))
      }
      await begin(store, 'kept')
      const [first] = await listed(store)
      expect(first).toMatchObject({ id: 'a', title: 'title of a', created: 1, trashed: 10 })
      for (const limit of [1, 2, 3, 200])
        expect((await listed(store, limit)).map(({ id }) => id)).toEqual(['a', 'b', 'team/a', 'c', 'd', 'team/b', 'e'])
      expect((await listed(store, 2, 'team/')).map(({ id }) => id)).toEqual(['team/a', 'team/b'])
      const other = (await store.catalog.list({ order: 'name', limit: 1 })).next ?? 'x'
      for (const cursor of ['', 'x', '%%%', other]) {
        await expect(store.catalog.listTrash({ limit: 1, cursor })).rejects.toThrow(InvalidCursorError)
      }
      for (const limit of [0, -1, 201, 1e9]) {
        await expect(store.catalog.listTrash({ limit })).rejects.toThrow(RangeError)
      }
    }))

  test('L5: what is erased from the trash stays deleted', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one')
      await store.catalog.trash('a', 5)
      await store.catalog.delete('a', 6)
      await expect(store.catalog.restore('a')).rejects.toThrow(DocumentDeletedError)
      await expect(store.catalog.trash('a', 7)).rejects.toThrow(DocumentDeletedError)
      await expect(store.log.load('a')).rejects.not.toThrow(DocumentTrashedError)
      expect(await listed(store)).toEqual([])
      await store.catalog.recreate({ id: 'a', title: '', createdBy: '', at: 8 })
      expect(textsOf(await store.log.load('a'))).toEqual([])
    }))

  test('L5: who erases what has been in the trash since then leaves alone what was restored meanwhile', () =>
    withStore(kind, async ({ store }) => {
      for (const id of ['restored', 'again', 'still']) {
        await begin(store, id)
        await store.catalog.trash(id, 5)
      }
      await store.catalog.restore('restored')
      await store.catalog.restore('again')
      await store.catalog.trash('again', 6)
      for (const id of ['restored', 'again', 'still']) await store.catalog.delete(id, 9, 5)
      expect(await store.catalog.get('restored')).toMatchObject({ id: 'restored' })
      expect((await listed(store)).map(({ id }) => id)).toEqual(['again'])
      await expect(store.catalog.restore('still')).rejects.toThrow(DocumentDeletedError)
    }))

  test('who created a document is known, in the trash too, until it is erased', () =>
    withStore(kind, async ({ store: { catalog } }) => {
      expect(await catalog.creatorOf('a')).toBeUndefined()
      await catalog.create({ id: 'a', title: '', createdBy: 'ada', at: 1 })
      expect(await catalog.creatorOf('a')).toBe('ada')
      await catalog.trash('a', 2)
      expect(await catalog.creatorOf('a')).toBe('ada')
      await catalog.delete('a', 3)
      expect(await catalog.creatorOf('a')).toBeUndefined()
      await catalog.recreate({ id: 'a', title: '', createdBy: 'grace', at: 4 })
      expect(await catalog.creatorOf('a')).toBe('grace')
    }))

  test('documents are counted as they come and go, and those of the trash apart', () =>
    withStore(kind, async (subject) => {
      const { catalog } = subject.store
      expect(await catalog.count()).toEqual({ documents: 0, trashed: 0 })
      for (const id of ['a', 'b', 'team/c', 'team/d']) await begin(subject.store, id)
      await append(subject.store, 'a', (await subject.store.log.load('a')).head.epoch, 'text')
      await catalog.setTitle('a', 'A', 2)
      await catalog.create({ id: 'a', title: '', createdBy: 'x', at: 2 })
      expect(await catalog.count()).toEqual({ documents: 4, trashed: 0 })
      await catalog.trash('a', 3)
      await catalog.trash('b', 3)
      expect(await catalog.count()).toEqual({ documents: 2, trashed: 2 })
      await catalog.restore('a')
      await catalog.restore('a')
      await catalog.delete('b', 4)
      await catalog.delete('team/c', 4)
      expect(await catalog.count()).toEqual({ documents: 2, trashed: 0 })
      await catalog.recreate({ id: 'b', title: '', createdBy: 'x', at: 5 })
      await catalog.trash('team/d', 6)
      if (kind.durable) await subject.reopen()
      expect(await subject.store.catalog.count()).toEqual({ documents: 2, trashed: 1 })
    }))

  test('what never was cannot be put into the trash, nor taken out of it', () =>
    withStore(kind, async ({ store }) => {
      await expect(store.catalog.trash('nobody', 1)).rejects.toThrow(DocumentNotFoundError)
      await expect(store.catalog.restore('nobody')).rejects.toThrow(DocumentNotFoundError)
    }))
}

async function listed({ catalog }: Store, limit = 200, prefix?: string): Promise<TrashedDocument[]> {
  const found: TrashedDocument[] = []
  let next: string | undefined
  do {
    const page = await catalog.listTrash({
      limit,
      ...(prefix === undefined ? {} : { prefix }),
      ...(next === undefined ? {} : { cursor: next }),
    })
    expect(page.documents.length).toBeLessThanOrEqual(limit)
    found.push(...page.documents)
    next = page.next
  } while (next !== undefined)
  return found
}
