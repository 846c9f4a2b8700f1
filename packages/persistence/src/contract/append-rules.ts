import { expect, test } from 'vitest'
import { DocumentNotFoundError, EpochMismatchError, StoreUnavailableError } from '../errors.ts'
import type { StoreKind } from './store-fixture.ts'
import { append, begin, entry, textsOf, withStore } from './with-store.ts'

/** What holds of appends and of reading them. */
export function appendRules(kind: StoreKind): void {
  test('L2: positions are consecutive from 1, and every entry has a tip of its own', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      expect((await store.log.load('a')).head).toEqual({ epoch, position: 0, tip: '' })
      const first = await append(store, 'a', epoch, 'one')
      const second = await append(store, 'a', epoch, 'two', 'three')
      expect(first).toMatchObject({ epoch, first: 1, last: 1, previousTip: '' })
      expect(second).toMatchObject({ epoch, first: 2, last: 3, previousTip: first.tip })
      const { head, entries, checkpoint } = await store.log.load('a')
      expect(head).toEqual({ epoch, position: 3, tip: second.tip })
      expect(checkpoint).toBeUndefined()
      expect(entries.map(({ position }) => position)).toEqual([1, 2, 3])
      expect(new Set(entries.map(({ tip }) => tip)).size).toBe(3)
      expect(entries.at(-1)?.tip).toBe(second.tip)
    }))

  test('L3: an entry comes back as it was given', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const pooled = Buffer.from('xx-an update-xx').subarray(3, 12)
      const entries = [
        { update: pooled, actor: 'Zoë ✎ 漢字', at: 1_700_000_000_123 },
        { update: new Uint8Array(), actor: '', at: 0 },
        { update: new Uint8Array(300_000).fill(7), actor: 'b'.repeat(500), at: -1 },
      ]
      await store.log.append('a', { epoch, token: 't', entries })
      const loaded = await store.log.load('a')
      expect(loaded.entries.map(({ actor, at }) => ({ actor, at }))).toEqual(
        entries.map(({ actor, at }) => ({ actor, at })),
      )
      for (const [index, { update }] of entries.entries()) {
        expect(Buffer.compare(update, loaded.entries[index]?.update ?? pooled)).toBe(0)
      }
    }))

  test('L3: read gives the entries from a position on, that one included', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const { tip } = await append(store, 'a', epoch, 'one', 'two', 'three', 'four')
      const texts = async (from: number): Promise<string[]> => textsOf(await store.log.read('a', from))
      expect(await texts(0)).toEqual(['one', 'two', 'three', 'four'])
      expect(await texts(1)).toEqual(['one', 'two', 'three', 'four'])
      expect(await texts(3)).toEqual(['three', 'four'])
      expect((await store.log.read('a', 4)).entries.map((found) => found.tip)).toEqual([tip])
      // A reader that is ahead of the log sees so by the head: the log lost its tail.
      expect(await store.log.read('a', 9)).toMatchObject({ head: { position: 4, tip }, entries: [] })
    }))

  test('L1: a repeated token appends nothing and answers what the first attempt was given', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'before')
      const request = { epoch, token: 'again', entries: [entry('one'), entry('two')] }
      const first = await store.log.append('a', request)
      expect(await store.log.append('a', request)).toEqual(first)
      const [third, fourth] = await Promise.all([store.log.append('a', request), store.log.append('a', request)])
      expect([third, fourth]).toEqual([first, first])
      expect(textsOf(await store.log.load('a'))).toEqual(['before', 'one', 'two'])
    }))

  test('L1: two attempts with one token at the same time append once', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const request = { epoch, token: 'twice', entries: [entry('one')] }
      const [first, second] = await Promise.all([store.log.append('a', request), store.log.append('a', request)])
      expect(second).toEqual(first)
      expect(textsOf(await store.log.load('a'))).toEqual(['one'])
    }))

  test('L2: an append for another epoch is refused, and only that one', () =>
    withStore(kind, async ({ store }) => {
      const [a, b] = [await begin(store, 'a'), await begin(store, 'b')]
      const outcomes = await Promise.allSettled([
        append(store, 'a', a, 'kept'),
        append(store, 'a', 'another epoch', 'refused'),
        append(store, 'b', b, 'kept too'),
        append(store, 'nobody', b, 'refused'),
      ])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
      expect(outcomes[1]).toMatchObject({ reason: { document: 'a', expected: 'another epoch', found: a } })
      expect(outcomes[1]).toHaveProperty('reason', expect.any(EpochMismatchError))
      expect(outcomes[3]).toHaveProperty('reason', expect.any(DocumentNotFoundError))
      expect(textsOf(await store.log.load('a'))).toEqual(['kept'])
      expect(textsOf(await store.log.load('b'))).toEqual(['kept too'])
    }))

  test('L2: appends to many documents at once keep each log consecutive', () =>
    withStore(kind, async ({ store }) => {
      const ids = Array.from({ length: 40 }, (_, index) => `folder/document-${index}`)
      await Promise.all(
        ids.map(async (id) => {
          const epoch = await begin(store, id)
          const receipts = await Promise.all(
            Array.from({ length: 25 }, (_, index) => append(store, id, epoch, `${id} ${index}`)),
          )
          expect(receipts.map(({ first }) => first)).toEqual(receipts.map((_, index) => index + 1))
        }),
      )
      for (const id of ids) {
        const expected = Array.from({ length: 25 }, (_, index) => `${id} ${index}`)
        expect(textsOf(await store.log.load(id))).toEqual(expected)
      }
    }))

  test('L2: an append of nothing, or at no time, is refused and appends nothing', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await expect(store.log.append('a', { epoch, token: 't', entries: [] })).rejects.toThrow(RangeError)
      await expect(append(store, 'a', epoch)).rejects.toThrow('at least one entry')
      const timeless = { epoch, token: 'u', entries: [entry('x', Number.NaN)] }
      await expect(store.log.append('a', timeless)).rejects.toThrow(RangeError)
      expect((await store.log.load('a')).head.position).toBe(0)
    }))

  test('L3: a document that never was is not found', () =>
    withStore(kind, async ({ store }) => {
      await expect(store.log.load('nobody')).rejects.toThrow(DocumentNotFoundError)
      await expect(store.log.read('nobody', 3)).rejects.toThrow(DocumentNotFoundError)
      await expect(store.catalog.setTitle('nobody', 'x', 1)).rejects.toThrow(DocumentNotFoundError)
    }))

  test('L1: closing waits for what was begun, and refuses what comes later', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const appended = append(store, 'a', epoch, 'begun')
      const loaded = store.log.load('a')
      await store.check()
      await store.close()
      await expect(appended).resolves.toMatchObject({ first: 1 })
      await expect(loaded).resolves.toMatchObject({ head: { epoch } })
      await expect(append(store, 'a', epoch, 'late')).rejects.toThrow(StoreUnavailableError)
      await expect(store.log.load('a')).rejects.toThrow(StoreUnavailableError)
      await expect(store.catalog.list({ order: 'name', limit: 1 })).rejects.toThrow(StoreUnavailableError)
      await expect(store.check()).rejects.toThrow(StoreUnavailableError)
    }))
}
