import { isLaterLife, sameLife } from '@weft/protocol'
import { expect, test } from 'vitest'
import { DocumentDeletedError, TipMovedError } from '../errors.ts'
import type { StoreKind } from './store-fixture.ts'
import { append, begin, checkpointAt, entry, textsOf, withStore } from './with-store.ts'

/** What holds of the means by which nodes find and mend a log that lost something (L6). */
export function repairRules(kind: StoreKind): void {
  test('L6: heads are told of many documents at once, in the order asked', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const { tip } = await append(store, 'a', epoch, 'one', 'two')
      const empty = await begin(store, 'b')
      await begin(store, 'gone')
      await store.catalog.delete('gone', 5)
      const { head } = await store.log.load('a')
      await store.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)
      expect(await store.log.heads([])).toEqual([])
      expect(await store.log.heads(['nobody', 'b', 'gone', 'a', 'b'])).toEqual([
        undefined,
        { epoch: empty, position: 0, tip: '' },
        undefined,
        { epoch, position: 2, tip },
        { epoch: empty, position: 0, tip: '' },
      ])
      const many = Array.from({ length: 3000 }, (_, index) => (index % 3 === 0 ? 'a' : `nobody-${index}`))
      const heads = await store.log.heads(many)
      expect(heads.map((found) => found?.position)).toEqual(many.map((id) => (id === 'a' ? 2 : undefined)))
    }))

  test('L6: an append that is conditional on a tip appends only after that one', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const conditional = { epoch, token: 'first', entries: [entry('one')], after: '' }
      const first = await store.log.append('a', conditional)
      const late = { epoch, token: 'late', entries: [entry('late')], after: '' }
      const refused = store.log.append('a', late)
      await expect(refused).rejects.toThrow(TipMovedError)
      await expect(refused).rejects.toMatchObject({ document: 'a', expected: '', found: first.tip })
      // The attempt that was made is what a repeated token asks about, whatever the tip is by now.
      expect(await store.log.append('a', conditional)).toEqual(first)
      await store.log.append('a', { ...late, after: first.tip })
      const { head } = await store.log.load('a')
      await store.log.replaceCheckpoint('a', checkpointAt(head, 'one', 'late'), undefined)
      await store.log.append('a', { epoch, token: 'next', entries: [entry('two')], after: head.tip })
      expect(textsOf(await store.log.load('a'))).toEqual(['one', 'late', 'two'])
    }))

  test('L6: of two repairs that read the same tip, one appends', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const { tip: after } = await append(store, 'a', epoch, 'one')
      const repairs = ['left', 'right'].map((text) =>
        store.log.append('a', { epoch, token: text, entries: [entry(text)], after }),
      )
      const outcomes = await Promise.allSettled(repairs)
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(textsOf(await store.log.load('a'))).toHaveLength(2)
    }))

  test('L6: a log is begun only where there is none, by one of all who ask', () =>
    withStore(kind, async ({ store }) => {
      const lost = '3.origin.lost'
      const [first, second] = await Promise.all([store.log.begin('lost', lost, 7), store.log.begin('lost', lost, 8)])
      expect(first).toMatchObject({ position: 0, tip: '' })
      expect(second).toEqual(first)
      expect(first.epoch).not.toBe(lost)
      expect(sameLife(first.epoch, lost)).toBe(true)
      const { tip } = await append(store, 'lost', first.epoch, 'again')
      expect(await store.log.begin('lost', lost, 9)).toEqual({ epoch: first.epoch, position: 1, tip })
      expect(textsOf(await store.log.load('lost'))).toEqual(['again'])
      expect(await store.catalog.get('lost')).toMatchObject({ title: '' })
    }))

  test('L5: what is made anew after a deletion is a later life, and can be told from a log that was lost and begun again', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const continued = await store.log.begin('b', epoch, 1)
      expect(isLaterLife(continued.epoch, epoch)).toBe(false)
      await store.catalog.delete('a', 2)
      await store.catalog.recreate({ id: 'a', title: '', createdBy: 'ada', at: 3 })
      const { head } = await store.log.load('a')
      expect(isLaterLife(head.epoch, epoch)).toBe(true)
      expect(sameLife(head.epoch, epoch)).toBe(false)
      const elsewhere = await begin(store, 'c')
      expect([sameLife(elsewhere, epoch), isLaterLife(elsewhere, epoch)]).toEqual([false, false])
    }))

  test('L5: a deleted document is not begun again', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'a')
      await store.catalog.delete('a', 2)
      await expect(store.log.begin('a', 'lost', 3)).rejects.toThrow(DocumentDeletedError)
      expect(await store.log.heads(['a'])).toEqual([undefined])
    }))
}
