import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { DocumentNotFoundError } from '../errors.ts'
import type { Checkpoint } from '../document-log.ts'
import type { StoreKind } from './store-fixture.ts'
import { append, begin, checkpointAt, placeOf, textsOf, withStore } from './with-store.ts'

/** What holds of checkpoints. */
export function checkpointRules(kind: StoreKind): void {
  test('L3: what a checkpoint covers is read from it, what came after from the log', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one', 'two', 'three')
      const checkpoint = checkpointAt(placeOf(await store.log.load('a'), 2), 'one+', 'two')
      expect(await store.log.replaceCheckpoint('a', checkpoint, undefined)).toBe(true)
      await append(store, 'a', epoch, 'four')
      const loaded = await store.log.load('a')
      expect(textsOf(loaded)).toEqual(['one+', 'two', 'three', 'four'])
      expect(loaded.checkpoint?.place).toEqual(checkpoint.place)
      expect([...(loaded.checkpoint?.stateVector ?? [])]).toEqual([...checkpoint.stateVector])
      expect(loaded.head.position).toBe(4)
      // From before the checkpoint and from its own position: both are older than the log.
      for (const from of [0, 1, 2]) expect(textsOf(await store.log.read('a', from))).toEqual(textsOf(loaded))
      const tail = await store.log.read('a', 3)
      expect(tail.checkpoint).toBeUndefined()
      expect(textsOf(tail)).toEqual(['three', 'four'])
    }))

  test('L3: a checkpoint at the head leaves a log that goes on from it', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const { tip } = await append(store, 'a', epoch, 'one')
      const { head } = await store.log.load('a')
      expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)).toBe(true)
      expect(await store.log.load('a')).toMatchObject({ head, entries: [] })
      expect(await append(store, 'a', epoch, 'two')).toMatchObject({ first: 2, previousTip: tip })
      const { head: next, checkpoint } = await store.log.load('a')
      expect(await store.log.replaceCheckpoint('a', checkpointAt(next, 'state 2'), checkpoint?.place.tip)).toBe(true)
      expect(textsOf(await store.log.load('a'))).toEqual(['state 2'])
    }))

  test('L3: whoever hears of a checkpoint while it is read hears all of it, in order, as it is loaded', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one')
      const { head } = await store.log.load('a')
      const outline = new Uint8Array(randomBytes(10_000))
      const written = { ...checkpointAt(head, ...largeState()), outline }
      expect(await store.log.replaceCheckpoint('a', written, undefined)).toBe(true)
      const begun: Omit<Checkpoint, 'chunks'>[] = []
      const chunks: Uint8Array[] = []
      const { checkpoint } = await store.log.load('a', {
        begin: (found) => begun.push(found),
        chunk: (chunk) => chunks.push(chunk),
      })
      expect([undefined, Buffer.from(outline)]).toContainEqual(checkpoint?.outline && Buffer.from(checkpoint.outline))
      if (begun.length === 0) return
      expect(begun).toEqual([{ place: head, stateVector: checkpoint?.stateVector, outline: checkpoint?.outline }])
      expectSameBytes(chunks, written.chunks)
    }))

  test('L1: a token repeated after a checkpoint still answers what it was given', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      const request = { epoch, token: 'again', entries: [{ update: new Uint8Array([1]), actor: 'x', at: 1 }] }
      const receipt = await store.log.append('a', request)
      const { head } = await store.log.load('a')
      await store.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)
      expect(await store.log.append('a', request)).toEqual(receipt)
      expect((await store.log.load('a')).head).toEqual(head)
    }))

  test('L4: of two compactors that began with the same, one wins and the other changes nothing', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one', 'two')
      const loaded = await store.log.load('a')
      const outcomes = await Promise.all([
        store.log.replaceCheckpoint('a', checkpointAt(placeOf(loaded, 2), 'first'), undefined),
        store.log.replaceCheckpoint('a', checkpointAt(placeOf(loaded, 2), 'second'), undefined),
      ])
      expect(new Set(outcomes)).toEqual(new Set([false, true]))
      expect(textsOf(await store.log.load('a'))).toEqual([outcomes[0] ? 'first' : 'second'])
    }))

  test('L4: of two compactors with large states that write at the same time, one wins', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one', 'two')
      const loaded = await store.log.load('a')
      const states = [largeState(), largeState()]
      const outcomes = await Promise.all(
        states.map((chunks) =>
          store.log.replaceCheckpoint('a', checkpointAt(placeOf(loaded, 2), ...chunks), undefined),
        ),
      )
      expect(new Set(outcomes)).toEqual(new Set([false, true]))
      const winner = states[outcomes.indexOf(true)] ?? []
      expectSameBytes((await store.log.load('a')).checkpoint?.chunks ?? [], winner)
    }))

  test('L4: a checkpoint whose epoch, predecessor or tip is another one changes nothing', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one', 'two', 'three')
      const loaded = await store.log.load('a')
      const [one, two] = [placeOf(loaded, 1), placeOf(loaded, 2)]
      const refused = async (place: typeof one, replaces: string | undefined): Promise<void> => {
        expect(await store.log.replaceCheckpoint('a', checkpointAt(place, 'refused'), replaces)).toBe(false)
      }
      await refused({ ...two, epoch: 'another' }, undefined)
      await refused({ ...two, tip: 'another' }, undefined)
      await refused({ ...two, position: 7 }, undefined)
      await refused({ ...two, position: 0, tip: 'another' }, undefined)
      await refused(two, 'one that never was')
      expect(textsOf(await store.log.load('a'))).toEqual(['one', 'two', 'three'])
      expect(await store.log.replaceCheckpoint('a', checkpointAt(two, 'kept'), undefined)).toBe(true)
      await refused(loaded.head, undefined)
      await refused(loaded.head, one.tip)
      // What is covered already is not gone back to.
      await refused(one, two.tip)
      expect(textsOf(await store.log.load('a'))).toEqual(['kept', 'three'])
    }))

  test('L4: what is appended while a large checkpoint is written is kept', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one', 'two')
      const { head } = await store.log.load('a')
      const chunks = largeState()
      let writing = true
      const replaced = store.log
        .replaceCheckpoint('a', checkpointAt(head, ...chunks), undefined)
        .finally(() => (writing = false))
      const appended: string[] = []
      do {
        appended.push(`meanwhile ${appended.length}`)
        await append(store, 'a', epoch, ...appended.slice(-1))
      } while (writing)
      expect(await replaced).toBe(true)
      const loaded = await store.log.load('a')
      expectSameBytes(loaded.checkpoint?.chunks ?? [], chunks)
      expect(textsOf({ ...loaded, checkpoint: undefined })).toEqual(appended)
    }))

  test('L4: a document that is deleted while a large checkpoint is written stays deleted', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one')
      const { head } = await store.log.load('a')
      const replaced = store.log.replaceCheckpoint('a', checkpointAt(head, ...largeState()), undefined)
      await store.catalog.delete('a', 2)
      await store.catalog.recreate({ id: 'a', title: 'anew', createdBy: 'x', at: 3 })
      await replaced
      expect(await store.log.load('a')).toMatchObject({ head: { position: 0 }, checkpoint: undefined, entries: [] })
      expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'late'), undefined)).toBe(false)
    }))

  test('L4: a checkpoint of a document that never was is refused', () =>
    withStore(kind, async ({ store }) => {
      const place = { epoch: 'e', position: 1, tip: 't' }
      expect(await store.log.replaceCheckpoint('nobody', checkpointAt(place, 'x'), undefined)).toBe(false)
      await expect(store.log.load('nobody')).rejects.toThrow(DocumentNotFoundError)
    }))

  test('L3: large and small chunks come back as they were given', () =>
    withStore(kind, async ({ store }) => {
      const epoch = await begin(store, 'a')
      await append(store, 'a', epoch, 'one')
      const { head } = await store.log.load('a')
      const chunks = [...largeState(), new Uint8Array(), new Uint8Array(4096).fill(1), new Uint8Array(4097).fill(2)]
      expect(await store.log.replaceCheckpoint('a', checkpointAt(head, ...chunks), undefined)).toBe(true)
      expectSameBytes((await store.log.load('a')).checkpoint?.chunks ?? [], chunks)
    }))
}

/** About 3 MiB, of which compression saves half. */
function largeState(): Uint8Array[] {
  return Array.from({ length: 12 }, () => Buffer.concat([randomBytes(128 * 1024), Buffer.alloc(128 * 1024, 3)]))
}

function expectSameBytes(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  expect(actual.map(({ byteLength }) => byteLength)).toEqual(expected.map(({ byteLength }) => byteLength))
  expect(Buffer.compare(Buffer.concat(actual), Buffer.concat(expected))).toBe(0)
}
