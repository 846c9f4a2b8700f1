import { describe, expect, it } from 'vitest'
import { BackupFormatError } from '../src/backup/backup-format-error.ts'
import { encodeFilePayload, encodeHeader, recordTypes } from '../src/backup/backup-record.ts'
import { readBackup } from '../src/backup/read-backup.ts'
import { writeBackup } from '../src/backup/write-backup.ts'
import { hashOf } from '../src/file-codec.ts'
import { MemoryStore } from '../src/memory/memory-store.ts'
import type { Store } from '../src/store.ts'
import { all, contentOf, docIn, gather, storeWith, streamOf } from './written-documents.ts'

/** Reads what can be read of a backup into an empty store. */
async function restoreBroken(bytes: Uint8Array): Promise<{ store: Store; error: unknown; read: string[] }> {
  const store = new MemoryStore()
  const read: string[] = []
  try {
    for await (const restored of readBackup(store, streamOf(bytes)))
      if (!('file' in restored)) read.push(restored.document)
    return { store, error: undefined, read }
  } catch (error) {
    return { store, error, read }
  }
}

describe('a backup that was damaged', () => {
  it('L8: cut at any byte it is an error, and what came before stands whole', async () => {
    const source = await storeWith('a', 'b')
    await source.files.put(
      'a',
      { name: 'n', type: 't/t', created: 1, createdBy: 'x', content: Buffer.from('file') },
      { files: 1, bytes: 9 },
    )
    const bytes = await gather(writeBackup(source))
    const whole = contentOf(await docIn(source, 'a'))
    for (let length = 0; length < bytes.byteLength; length++) {
      const { store, error, read } = await restoreBroken(bytes.subarray(0, length))
      expect(error, `cut at ${length}`).toBeInstanceOf(BackupFormatError)
      expect(String(error)).toMatch(/cut short/)
      if (read.includes('a')) expect(contentOf(await docIn(store, 'a'))).toEqual(whole)
      else expect(await store.catalog.get('a')).toBeUndefined()
    }
  })

  it('L8: with any bit of any byte changed it is an error, and no document comes of it', async () => {
    const source = await storeWith('a', 'b')
    await source.files.put(
      'b',
      { name: 'n', type: 't/t', created: 1, createdBy: 'x', content: Buffer.from('file') },
      { files: 1, bytes: 9 },
    )
    const bytes = await gather(writeBackup(source))
    const second = bytes.indexOf('"id":"b"') - 14
    for (let index = 0; index < bytes.byteLength; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8))
      const { error, read } = await restoreBroken(changed)
      expect(error, `changed at ${index}`).toBeInstanceOf(BackupFormatError)
      if (index < second) expect(read).toEqual([])
    }
  })

  it('names the document and the byte', async () => {
    const bytes = await gather(writeBackup(await storeWith('team/a')))
    const { error } = await restoreBroken(bytes.subarray(0, -40))
    expect(error).toMatchObject({ document: 'team/a' })
    expect(String(error)).toMatch(/^BackupFormatError: the backup cannot be read at byte \d+, in document team\/a: /)
  })

  it.each([
    ['nothing', Buffer.of(), /cut short/],
    ['something else', Buffer.from('{"documents": []}'), /this is no backup of Weft/],
    ['a later format', Buffer.from('weft-backup 3\n'), /format 3, and this version of Weft reads formats 1 to 2/],
    ['a format of nothing', Buffer.from('weft-backup \n'), /format , and this version of Weft reads formats 1 to 2/],
    [
      'a file in a format without any',
      of1([1, heading({})], [5, fileOf('x')]),
      /a record of type 5 has no place there/,
    ],
    ['a file of no document', of([recordTypes.file, fileOf('x')]), /a record of type 5 has no place there/],
    [
      'a file with other bytes',
      of([1, heading({})], [5, `${fileOf('x')}y`]),
      /in document d: a file is not written as one/,
    ],
    ['a file that is none', of([1, heading({})], [5, 'abcdefgh']), /in document d: a file is not written as one/],
    [
      'a file cut off',
      of([1, heading({})], [5, fileOf('x').slice(0, 20)]),
      /in document d: a file is not written as one/,
    ],
    [
      'an end of other files',
      of([recordTypes.end, '{"documents":0,"files":1}']),
      /does not tell of .* 0 files before it/,
    ],
    ['a type that there is not', of([9, '']), /a record of type 9 has no place there/],
    ['an entry of no document', of([recordTypes.entry, '']), /a record of type 3 has no place there/],
    ['an update where an entry belongs', of([1, heading({ entries: 1 })], [2, '']), /type 2.*no place/],
    ['an end of other documents', of([recordTypes.end, '{"documents":1}']), /does not tell of the 0 documents/],
    [
      'an end in the middle',
      of([4, '{"documents":0,"files":0}'], [4, '{"documents":0,"files":0}']),
      /goes on after its end/,
    ],
    ['no metadata', of([1, '[]']), /a document is not written as one/],
    ['an id that is none', of([1, heading({ id: '../etc' })]), /a document is not written as one/],
    ['a count below nothing', of([1, heading({ updates: -1 })]), /a document is not written as one/],
    [
      'an entry without its actor',
      of([1, heading({ entries: 1 })], [3, '12345678ab']),
      /an entry is not written as one/,
    ],
    ['an update that is none', of([1, heading({ updates: 1 })], [2, 'x']), /in document d: Yjs cannot read/],
  ])('%s is refused', async (_name, bytes, message) => {
    const { error } = await restoreBroken(bytes)
    expect(error).toBeInstanceOf(BackupFormatError)
    expect(String(error)).toMatch(message)
  })

  it('of the first format is read: it has documents and no files', async () => {
    const { error, read } = await restoreBroken(of1([1, heading({})], [4, '{"documents":1}']))
    expect({ error, read }).toEqual({ error: undefined, read: ['d'] })
  })

  it('lets go of the stream that it came in', async () => {
    const bytes = await gather(writeBackup(await storeWith('a')))
    let closed = false
    async function* stream(): AsyncGenerator<Uint8Array> {
      try {
        yield* streamOf(bytes.subarray(0, 100), 10)
        yield Buffer.alloc(1000)
        throw new Error('nobody reads as far as this')
      } finally {
        closed = true
      }
    }
    await expect(all(readBackup(new MemoryStore(), stream()))).rejects.toBeInstanceOf(BackupFormatError)
    expect(closed).toBe(true)
  })
})

/** A backup of given records. */
type RawRecord = readonly [type: number, payload: string]

function of(...records: readonly RawRecord[]): Buffer {
  const parts = records.flatMap(([type, text]) => [encodeHeader(type, Buffer.from(text)), Buffer.from(text)])
  return Buffer.concat([Buffer.from('weft-backup 2\n'), ...parts])
}

/** A backup of the first format. */
function of1(...records: readonly RawRecord[]): Buffer {
  return Buffer.concat([Buffer.from('weft-backup 1\n'), of(...records).subarray('weft-backup 2\n'.length)])
}

function fileOf(text: string): string {
  const content = Buffer.from(text)
  const record = {
    hash: hashOf(content),
    name: 'n',
    type: 't/t',
    created: 1,
    createdBy: 'a',
    bytes: content.byteLength,
  }
  return encodeFilePayload(record, content).toString('latin1')
}

function heading(changes: object): string {
  const whole = { id: 'd', title: '', created: 1, createdBy: '', updated: 1, updates: 0, entries: 0 }
  return JSON.stringify({ ...whole, ...changes })
}
