import { expect, test } from 'vitest'
import { DocumentDeletedError, DocumentNotFoundError, EpochMismatchError } from '../errors.ts'
import type { StoreKind } from './store-fixture.ts'
import { append, begin, checkpointAt, textsOf, withStore } from './with-store.ts'

/** What holds of deleted documents, and of those that were made anew. */
export function deletionRules(kind: StoreKind): void {
  test('L5: a deleted document refuses late appends, loads and changes', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one')
      await store.catalog.delete('a', 2)
      await expect(append(store, 'a', epoch, 'late')).rejects.toThrow(DocumentDeletedError)
      await expect(store.log.load('a')).rejects.toThrow(DocumentDeletedError)
      await expect(store.log.read('a', 1)).rejects.toThrow(DocumentDeletedError)
      await expect(store.catalog.setTitle('a', 'x', 3)).rejects.toThrow(DocumentDeletedError)
      await expect(store.catalog.delete('a', 3)).rejects.toThrow(DocumentDeletedError)
      const again = { id: 'a', title: '', createdBy: 'x', at: 3 }
      await expect(store.catalog.create(again)).rejects.toThrow(DocumentDeletedError)
      expect(await store.catalog.get('a')).toBeUndefined()
      expect((await store.catalog.list({ order: 'name', limit: 10 })).documents).toEqual([])
    }))

  test('L5: an append that was asked for before the deletion is kept until then, one after it is refused', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const before = append(store, 'a', epoch, 'before')
      const deleted = store.catalog.delete('a', 2)
      await expect(before).resolves.toMatchObject({ first: 1 })
      await deleted
      await expect(append(store, 'a', epoch, 'after')).rejects.toThrow(DocumentDeletedError)
    }))

  test('L5: a document made anew is empty, of another epoch, and refuses appends of its former life', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one', 'two')
      const { head } = await store.log.load('a')
      await store.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)
      await append(store, 'a', epoch, 'three')
      await store.catalog.delete('a', 2)
      await store.catalog.recreate({ id: 'a', title: 'anew', createdBy: 'another', at: 3 })
      const { head: next, checkpoint, entries } = await store.log.load('a')
      expect(next).toMatchObject({ position: 0, tip: '' })
      expect(next.epoch).not.toBe(epoch)
      expect({ checkpoint, entries }).toEqual({ checkpoint: undefined, entries: [] })
      await expect(append(store, 'a', epoch, 'late')).rejects.toThrow(EpochMismatchError)
      expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'late'), head.tip)).toBe(false)
      await append(store, 'a', next.epoch, 'new')
      expect(textsOf(await store.log.load('a'))).toEqual(['new'])
      expect(await store.catalog.get('a')).toMatchObject({ title: 'anew', created: 3, createdBy: 'another' })
    }))

  test('L5: making anew what is there changes nothing, and what never was is not found', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one')
      await store.catalog.recreate({ id: 'a', title: 'anew', createdBy: 'another', at: 3 })
      expect(textsOf(await store.log.load('a'))).toEqual(['one'])
      expect(await store.catalog.get('a')).toMatchObject({ title: 'title of a' })
      const nobody = { id: 'nobody', title: '', createdBy: '', at: 1 }
      await expect(store.catalog.recreate(nobody)).rejects.toThrow(DocumentNotFoundError)
      await expect(store.catalog.delete('nobody', 1)).rejects.toThrow(DocumentNotFoundError)
    }))
}
