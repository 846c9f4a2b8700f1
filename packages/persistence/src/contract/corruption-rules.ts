import { expect, test } from 'vitest'
import { Compactor } from '../compaction/compactor.ts'
import { CorruptRecordError } from '../errors.ts'
import type { StoreDamage, StoreKind } from './store-fixture.ts'
import { type Subject, append, begin, checkpointAt, placeOf, textsOf, withStore } from './with-store.ts'

/** What was done to the document, and where the error has to say it is. */
interface Case {
  readonly title: string
  readonly damage: (damage: StoreDamage) => Promise<void>
  readonly position: number | undefined
  readonly detail: RegExp
}

const cases: readonly Case[] = [
  { title: 'a changed entry', damage: (damage) => damage.flipEntry('a', 4), position: 4, detail: /checksum/ },
  {
    title: 'an entry of an unknown format',
    damage: (damage) => damage.ageEntry('a', 4),
    position: 4,
    detail: /format/,
  },
  { title: 'a missing entry', damage: (damage) => damage.removeEntry('a', 4), position: 4, detail: /missing/ },
  { title: 'a missing first entry', damage: (damage) => damage.removeEntry('a', 3), position: 3, detail: /missing/ },
  { title: 'a missing last entry', damage: (damage) => damage.removeEntry('a', 5), position: 5, detail: /missing/ },
  { title: 'a changed chunk', damage: (damage) => damage.flipChunk('a', 1), position: undefined, detail: /chunk 1/ },
  { title: 'a missing chunk', damage: (damage) => damage.removeChunk('a', 1), position: undefined, detail: /chunk 1/ },
  {
    title: 'a missing last chunk',
    damage: (damage) => damage.removeChunk('a', 2),
    position: undefined,
    detail: /chunk 2/,
  },
  { title: 'a missing header', damage: (damage) => damage.removeHeader('a'), position: undefined, detail: /header/ },
]

/** What holds where bytes were changed behind the store's back. */
export function corruptionRules(kind: StoreKind): void {
  for (const { title, damage, position, detail } of cases) {
    test(`L8: ${title} is an error that names document and position, never a shorter document`, () =>
      withStore(kind, async (subject) => {
        await prepare(subject)
        await subject.store.close()
        if (subject.fixture.damage === undefined) throw new Error(`${kind.name} brings no damage along`)
        await damage(subject.fixture.damage)
        subject.store = await subject.fixture.open()
        const { log } = subject.store
        const error = await log.load('a').catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(CorruptRecordError)
        expect(error).toMatchObject({ document: 'a', position, detail: expect.stringMatching(detail) })
        await expect(log.read('a', 1)).rejects.toThrow(CorruptRecordError)
        // Compaction must not make it permanent by writing what is left.
        const compactor = new Compactor(log)
        await expect(compactor.compact('a')).rejects.toThrow(CorruptRecordError)
        await compactor.close()
        // Nobody else's document is touched by it.
        expect(textsOf(await log.load('b'))).toEqual(['well'])
      }))
  }
}

/** A document with a checkpoint of three chunks at 2, and entries up to 5; and another one that is well. */
async function prepare({ store }: Subject): Promise<void> {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one', 'two', 'three', 'four', 'five')
  const place = placeOf(await store.log.load('a'), 2)
  const chunks = ['chunk 0', new Uint8Array(10_000).fill(9), 'chunk 2']
  expect(await store.log.replaceCheckpoint('a', checkpointAt(place, ...chunks), undefined)).toBe(true)
  await append(store, 'b', await begin(store, 'b'), 'well')
}
