import { expect, test } from 'vitest'
import { type ChangePage, type Changes, CursorGoneError, type DocumentChange } from '../changes.ts'
import { InvalidCursorError } from '../document-catalog.ts'
import { writeUntilKilled } from './killed-writer.ts'
import type { StoreKind } from './store-fixture.ts'
import { append, begin, withStore } from './with-store.ts'

/** All that comes after a place, and the place after it. */
async function readAll(
  changes: Changes,
  after?: string,
  limit = 100,
): Promise<{ readonly all: readonly DocumentChange[]; readonly next: string }> {
  const all: DocumentChange[] = []
  let next = after
  for (;;) {
    const page: ChangePage = await changes.read(next, limit)
    expect(page.changes.length).toBeLessThanOrEqual(limit)
    all.push(...page.changes)
    next = page.next
    if (!page.more) return { all, next }
  }
}

function told(changes: readonly DocumentChange[]): Record<string, string> {
  return Object.fromEntries(changes.map(({ document, happened }) => [document, happened.join(' ')]))
}

/** What holds of the feed of changes. */
export function changeRules(kind: StoreKind): void {
  test('the feed tells what happened to each document since the place that is asked after', () =>
    withStore(kind, async ({ store }) => {
      const { catalog, changes } = store
      expect((await readAll(changes)).all).toEqual([])
      const epochs = new Map<string, string>()
      for (const id of ['team/a', 'b', 'c', 'd', 'e']) epochs.set(id, await begin(store, id))
      const first = await readAll(changes)
      expect(told(first.all)).toEqual({ 'team/a': 'created', b: 'created', c: 'created', d: 'created', e: 'created' })
      expect(first.all[0]).toMatchObject({ state: 'live', title: `title of ${first.all[0]?.document}` })
      await append(store, 'team/a', epochs.get('team/a') ?? '', 'one')
      await catalog.setTitle('b', 'other', 2)
      await catalog.trash('c', 3)
      await catalog.delete('d', 4)
      const second = await readAll(changes, first.next)
      expect(told(second.all)).toEqual({ 'team/a': 'changed', b: 'renamed', c: 'deleted', d: 'erased' })
      expect(Object.fromEntries(second.all.map(({ document, state, title }) => [document, [state, title]]))).toEqual({
        b: ['live', 'other'],
        c: ['trashed', 'title of c'],
        d: ['erased', ''],
        'team/a': ['live', 'title of team/a'],
      })
      await catalog.restore('c')
      await catalog.recreate({ id: 'd', title: 'again', createdBy: 'someone', at: 5 })
      const third = await readAll(changes, second.next)
      expect(told(third.all)).toEqual({ c: 'restored', d: 'created' })
      expect((await readAll(changes, third.next)).all).toEqual([])
      // Whoever was away for all of it hears of all of it, once.
      expect(told((await readAll(changes, first.next)).all)).toEqual({
        'team/a': 'changed',
        b: 'renamed',
        c: 'restored',
        d: 'created',
      })
    }))

  test('a document that changes a thousand times is in the feed once, at its last place', () =>
    withStore(kind, async ({ store }) => {
      const [busy, calm] = [await begin(store, 'busy'), await begin(store, 'calm')]
      const begun = await readAll(store.changes)
      for (let round = 0; round < 10; round++) {
        await Promise.all(Array.from({ length: 100 }, () => append(store, 'busy', busy, 'x')))
        if (round % 3 === 0) await readAll(store.changes)
      }
      await append(store, 'calm', calm, 'x')
      await readAll(store.changes)
      await store.catalog.setTitle('busy', 'last', 9)
      const { all } = await readAll(store.changes, begun.next)
      expect(all.map(({ document, happened }) => [document, happened])).toEqual([
        ['calm', ['changed']],
        ['busy', ['changed', 'renamed']],
      ])
    }))

  test('one goes on from any change, in pages of any size, and meets every change once', () =>
    withStore(kind, async ({ store }) => {
      const ids = Array.from({ length: 23 }, (_, index) => `d-${index}`)
      for (const id of ids) await begin(store, id)
      const whole = await readAll(store.changes)
      expect(whole.all.map(({ document }) => document).toSorted()).toEqual(ids.toSorted())
      for (const limit of [1, 4, 23, 1_000]) {
        const { all } = await readAll(store.changes, undefined, limit)
        expect(all.map(({ document }) => document).toSorted()).toEqual(ids.toSorted())
      }
      for (const [index, { cursor }] of whole.all.entries()) {
        const rest = (await readAll(store.changes, cursor)).all.map(({ document }) => document)
        expect(rest.toSorted()).toEqual(
          whole.all
            .slice(index + 1)
            .map(({ document }) => document)
            .toSorted(),
        )
      }
      expect((await readAll(store.changes, await store.changes.latest())).all).toEqual([])
    }))

  test('whoever begins at the latest place hears of nothing that was before', () =>
    withStore(kind, async ({ store }) => {
      for (let number = 0; number < 450; number++) await begin(store, `old-${number}`)
      const latest = await store.changes.latest()
      await begin(store, 'new')
      expect(told((await readAll(store.changes, latest)).all)).toEqual({ new: 'created' })
    }))

  test('a place that no feed gave out is refused, and so is one of a feed that is gone', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'd')
      const place = (await readAll(store.changes)).next
      const [name = '', ...numbers] = place.split('.')
      const made = ['', 'x', name, '....', `${place}-`, `${name}.${'z'.repeat(11)}`, `${name}.-1`, 'Zoë'.repeat(500)]
      for (const text of made) {
        await expect(store.changes.read(text, 10), text).rejects.toBeInstanceOf(InvalidCursorError)
      }
      const other = ['A'.repeat(16), ...numbers].join('.')
      await expect(store.changes.read(other, 10)).rejects.toBeInstanceOf(CursorGoneError)
      for (const limit of [0, -1, 1.5, 1_001]) {
        await expect(store.changes.read(undefined, limit)).rejects.toBeInstanceOf(RangeError)
      }
    }))

  if (!kind.durable) return
  test('a place holds after the store was closed, and what changed before is told after it', () =>
    withStore(kind, async (subject) => {
      const epoch = await begin(subject.store, 'd')
      const { next } = await readAll(subject.store.changes)
      await append(subject.store, 'd', epoch, 'one')
      await begin(subject.store, 'e')
      await subject.reopen()
      const after = await readAll(subject.store.changes, next)
      expect(told(after.all)).toEqual({ d: 'changed', e: 'created' })
    }))

  test('what was changed by a process that was killed is in the feed', { timeout: 90_000 }, () =>
    withStore(kind, async (subject) => {
      const { url } = subject.fixture
      if (url === undefined) throw new Error(`${kind.name} brings no URL along`)
      let { next } = await readAll(subject.store.changes)
      for (const count of [1, 100]) {
        await subject.store.close()
        const lines = await writeUntilKilled(url, 10, count)
        const changed = new Set(lines.map((line) => line.split(' ')[0] ?? ''))
        subject.store = await subject.fixture.open()
        const seen = new Set<string>()
        await expect
          .poll(
            async () => {
              const read = await readAll(subject.store.changes, next)
              for (const { document, happened } of read.all) if (happened.includes('changed')) seen.add(document)
              next = read.next
              return [...changed].filter((document) => !seen.has(document))
            },
            { timeout: 40_000, interval: 100 },
          )
          .toEqual([])
      }
    }),
  )
}
