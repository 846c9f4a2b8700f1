import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { type ByteRange, FileNotFoundError, FilesFullError, type NewFile } from '../document-files.ts'
import { CorruptRecordError, DocumentDeletedError, DocumentNotFoundError } from '../errors.ts'
import type { Store } from '../store.ts'
import type { StoreKind } from './store-fixture.ts'
import { begin, withStore } from './with-store.ts'

/** More than any test here puts. */
const plenty = { files: 100, bytes: 100_000_000 }

/** What stores keep together, and so where they may go wrong. */
const chunk = 256 * 1024

function file(content: Uint8Array, facts: Partial<NewFile> = {}): NewFile {
  return { name: 'Bild “é”.png', type: 'image/png', created: 5, createdBy: 'ada', content, ...facts }
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

async function contentOf({ files }: Store, id: string, hash: string, range?: ByteRange): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of files.read(id, hash, range)) parts.push(part.slice())
  return Buffer.concat(parts)
}

/** What holds of the files of documents. */
export function fileRules(kind: StoreKind): void {
  test('a file is kept byte for byte, with what is said of it, and any part of it is read', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'a')
      for (const size of [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk + 7]) {
        const content = randomBytes(size)
        const { name, type, created, createdBy } = file(content, { created: size })
        const record = { hash: hashOf(content), name, type, bytes: size, created, createdBy }
        expect(await store.files.put('a', file(content, { created: size }), plenty)).toEqual({ record, added: true })
        expect(await store.files.get('a', record.hash)).toEqual(record)
        expect((await contentOf(store, 'a', record.hash)).equals(content)).toBe(true)
        const ranges = [
          [0, size],
          [size, size],
          [0, 1],
          [chunk - 1, chunk + 1],
          [chunk, 2 * chunk],
          [1, size + 100],
        ] as const
        for (const [start, end] of ranges) {
          const read = await contentOf(store, 'a', record.hash, { start, end })
          expect(read.equals(content.subarray(start, end))).toBe(true)
        }
      }
      const listed = await store.files.list('a')
      expect(listed.map(({ bytes }) => bytes)).toEqual([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk + 7])
    }))

  test('the same bytes are one file of a document, whoever puts them when; what was said first stands', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'a')
      await begin(store, 'b')
      const content = randomBytes(chunk + 10)
      const both = await Promise.all(
        ['one', 'two'].map((name) => store.files.put('a', file(content, { name }), plenty)),
      )
      expect(both.map(({ added }) => added).filter((was) => was)).toHaveLength(1)
      const [first] = await store.files.list('a')
      expect(both.map(({ record }) => record)).toEqual([first, first])
      const again = await store.files.put('a', file(content, { name: 'three', type: 'text/plain', created: 9 }), plenty)
      expect(again).toEqual({ record: first, added: false })
      expect(await store.files.list('a')).toEqual([first])
      expect(await store.files.list('b')).toEqual([])
      expect(await store.files.get('b', first?.hash ?? '')).toBeUndefined()
      expect((await contentOf(store, 'a', first?.hash ?? '')).equals(content)).toBe(true)
    }))

  test('a document takes as many files and as many bytes as it may have, and no more, however many come at once', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'a')
      const limits = { files: 3, bytes: 1000 }
      const put = (content: Uint8Array): Promise<boolean> =>
        store.files.put('a', file(content), limits).then(
          ({ added }) => added,
          (error: unknown) => {
            expect(error).toBeInstanceOf(FilesFullError)
            return false
          },
        )
      const added = await Promise.all(Array.from({ length: 6 }, () => put(randomBytes(100))))
      expect(added.filter((was) => was)).toHaveLength(3)
      const files = await store.files.list('a')
      expect(files).toHaveLength(3)
      // What is there already takes no more room.
      const kept = await contentOf(store, 'a', files[0]?.hash ?? '')
      await expect(store.files.put('a', file(kept), limits)).resolves.toMatchObject({ added: false })
      await store.files.remove('a', files[0]?.hash ?? '')
      expect(await put(randomBytes(801))).toBe(false)
      expect(await put(randomBytes(800))).toBe(true)
      expect(await put(randomBytes(1))).toBe(false)
    }))

  test('a file that is removed is gone, and may be put again', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'a')
      const [content, other] = [randomBytes(2 * chunk), randomBytes(10)]
      const hash = hashOf(content)
      await store.files.put('a', file(content), plenty)
      await store.files.put('a', file(other), plenty)
      expect(await store.files.remove('a', hash)).toBe(true)
      expect(await store.files.remove('a', hash)).toBe(false)
      expect((await store.files.list('a')).map((record) => record.hash)).toEqual([hashOf(other)])
      expect(await store.files.get('a', hash)).toBeUndefined()
      await expect(contentOf(store, 'a', hash)).rejects.toThrow(FileNotFoundError)
      await expect(store.files.put('a', file(content), plenty)).resolves.toMatchObject({ added: true })
      expect((await contentOf(store, 'a', hash)).equals(content)).toBe(true)
    }))

  test('L5: the files of a deleted document are gone, and not there when it is made anew', () =>
    withStore(kind, async ({ store }) => {
      await begin(store, 'a')
      const content = randomBytes(chunk + 1)
      await store.files.put('a', file(content), plenty)
      await store.catalog.delete('a', 2)
      await expectNone(store, 'a', content, DocumentDeletedError)
      await store.catalog.recreate({ id: 'a', title: '', createdBy: 'x', at: 3 })
      expect(await store.files.list('a')).toEqual([])
      await expect(contentOf(store, 'a', hashOf(content))).rejects.toThrow(FileNotFoundError)
      await store.files.put('a', file(content), plenty)
      expect((await contentOf(store, 'a', hashOf(content))).equals(content)).toBe(true)
      await expectNone(store, 'nobody', content, DocumentNotFoundError)
    }))

  test('L5: a file that is being put while its document is deleted is refused, or is in the life that came after', () =>
    withStore(kind, async ({ store }) => {
      for (let round = 0; round < 3; round++) {
        const id = `d${round}`
        await begin(store, id)
        let anew = false
        const put = store.files.put(id, file(randomBytes(16 * chunk)), plenty).then(
          ({ record }) => ({ record, late: anew }),
          (error: unknown) => {
            expect(error).toBeInstanceOf(DocumentDeletedError)
            return undefined
          },
        )
        await store.catalog.delete(id, 2)
        await store.catalog.recreate({ id, title: '', createdBy: 'x', at: 3 })
        anew = true
        const kept = await put
        const files = await store.files.list(id)
        // What was kept before the deletion is gone with it; what is said to be kept after it is there.
        if (kept?.late === true) expect(files).toEqual([kept.record])
        for (const { hash, bytes } of files) expect(await contentOf(store, id, hash)).toHaveLength(bytes)
      }
    }))

  if (kind.durable) {
    test('L1: files are there after the store was closed', () =>
      withStore(kind, async (subject) => {
        await begin(subject.store, 'a')
        const content = randomBytes(2 * chunk + 5)
        const { record } = await subject.store.files.put('a', file(content), plenty)
        await subject.reopen()
        expect(await subject.store.files.list('a')).toEqual([record])
        expect((await contentOf(subject.store, 'a', record.hash)).equals(content)).toBe(true)
      }))
  }

  if (kind.damageable) {
    test('L8: a file that was changed or lacks a part is an error that names the document', () =>
      withStore(kind, async (subject) => {
        await begin(subject.store, 'a')
        const contents = [randomBytes(2 * chunk), randomBytes(2 * chunk + 1)]
        for (const content of contents) await subject.store.files.put('a', file(content), plenty)
        const [flipped = '', cut = ''] = contents.map(hashOf)
        await subject.store.close()
        await subject.fixture.damage?.flipFileChunk('a', flipped, 1)
        await subject.fixture.damage?.removeFileChunk('a', cut, 1)
        subject.store = await subject.fixture.open()
        const first = await contentOf(subject.store, 'a', flipped, { start: 0, end: chunk })
        expect(first.equals(contents[0]?.subarray(0, chunk) ?? Buffer.of())).toBe(true)
        for (const hash of [flipped, cut]) {
          const read = contentOf(subject.store, 'a', hash)
          await expect(read).rejects.toThrow(CorruptRecordError)
          await expect(read).rejects.toThrow(/^document a, .*chunk 1 of a file/)
        }
      }))
  }
}

async function expectNone(
  store: Store,
  id: string,
  content: Uint8Array,
  error: new (id: string) => Error,
): Promise<void> {
  await expect(store.files.put(id, file(content), plenty)).rejects.toThrow(error)
  await expect(store.files.list(id)).rejects.toThrow(error)
  await expect(store.files.get(id, hashOf(content))).rejects.toThrow(error)
  await expect(contentOf(store, id, hashOf(content))).rejects.toThrow(error)
  await expect(store.files.remove(id, hashOf(content))).rejects.toThrow(error)
}
