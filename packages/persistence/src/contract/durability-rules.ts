import { expect, test } from 'vitest'
import type { StoreKind } from './store-fixture.ts'
import { writeUntilKilled } from './killed-writer.ts'
import { append, begin, checkpointAt, textsOf, withStore } from './with-store.ts'

const documents = 20
/** Appends that are acknowledged before each kill: a lone one, a few batches, many. */
const killsAfter: readonly number[] = [1, 50, 500, 2000]

/** What holds across a restart, and across `kill -9`. */
export function durabilityRules(kind: StoreKind): void {
  test('L1: everything is there when the store is opened again', () =>
    withStore(kind, async (subject) => {
      const epoch = await begin(subject.store, 'a')
      await append(subject.store, 'a', epoch, 'one', 'two')
      const { head } = await subject.store.log.load('a')
      await subject.store.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)
      const request = { epoch, token: 'last', entries: [{ update: new Uint8Array([51]), actor: 'x', at: 9 }] }
      const receipt = await subject.store.log.append('a', request)
      await begin(subject.store, 'gone')
      await subject.store.catalog.delete('gone', 5)
      const before = [await subject.store.log.load('a'), await subject.store.catalog.get('a')]
      await subject.reopen()
      expect([await subject.store.log.load('a'), await subject.store.catalog.get('a')]).toEqual(before)
      expect(textsOf(await subject.store.log.load('a'))).toEqual(['state', '3'])
      // The token is known across the restart too: the append that it belongs to may be repeated by whoever was waiting.
      expect(await subject.store.log.append('a', request)).toEqual(receipt)
      await expect(subject.store.log.load('gone')).rejects.toThrow('was deleted')
    }))

  test('L1: what was acknowledged before kill -9 is there afterwards, in its place', { timeout: 60_000 }, () =>
    withStore(kind, async (subject) => {
      const { url } = subject.fixture
      if (url === undefined) throw new Error(`${kind.name} brings no URL along`)
      const acknowledged = new Map<string, string>()
      for (const count of killsAfter) {
        await subject.store.close()
        for (const line of await writeUntilKilled(url, documents, count)) {
          const [id, position, tip] = line.split(' ')
          acknowledged.set(`${id} ${position}`, tip ?? '')
        }
        subject.store = await subject.fixture.open()
        const found = new Map<string, string>()
        for (let index = 0; index < documents; index++) {
          // A kill may come before the document was created.
          if ((await subject.store.catalog.get(`document-${index}`)) === undefined) continue
          const loaded = await subject.store.log.load(`document-${index}`)
          for (const [at, { position, tip }] of loaded.entries.entries()) {
            expect(position).toBe(at + 1)
            found.set(`document-${index} ${position}`, tip)
          }
          const texts = textsOf(loaded)
          expect(texts).toEqual(texts.map((_, at) => `document-${index} ${at + 1}`))
        }
        for (const [key, tip] of acknowledged) expect(found.get(key), key).toBe(tip)
      }
      expect(acknowledged.size).toBeGreaterThanOrEqual(killsAfter.reduce((sum, count) => sum + count, 0))
    }),
  )
}
