import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { begin } from '../src/contract/with-store.ts'
import { openSqliteReader } from '../src/sqlite/sqlite-reader.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

const plenty = { files: 10, bytes: 10_000_000 }

function fileOf(content: Uint8Array): Parameters<Awaited<ReturnType<typeof openSqliteStore>>['files']['put']>[1] {
  return { name: 'x', type: 'image/png', created: 1, createdBy: 'ada', content }
}

/** Opens the store, waits until everything that is gone is swept away, and closes it. */
async function sweep(folder: string): Promise<void> {
  const swept = Promise.withResolvers<void>()
  const store = await openSqliteStore(folder, { onCheckpointStep: (step) => step === 'swept' && swept.resolve() })
  await swept.promise
  await store.close()
}

test('what is removed, erased with its document or too much takes no room in the database', async () => {
  await using made = await makeStoreFolder()
  const store = await openSqliteStore(made.folder)
  await begin(store, 'kept')
  await begin(store, 'erased')
  const content = randomBytes(1_500_000)
  await store.files.put('erased', fileOf(content), plenty)
  const { record } = await store.files.put('kept', fileOf(content), plenty)
  await store.files.put('kept', fileOf(randomBytes(1_500_000)), plenty)
  await expect(store.files.put('kept', fileOf(randomBytes(900_000)), { files: 2, bytes: 10_000_000 })).rejects.toThrow(
    'remove some first',
  )
  await store.catalog.delete('erased', 2)
  await store.files.remove('kept', record.hash)
  await store.close()
  await sweep(made.folder)
  expect(tamper(made.folder, 'SELECT bytes, state FROM files')).toEqual([{ bytes: 1_500_000, state: 'there' }])
  expect(tamper(made.folder, 'SELECT count(*) AS chunks FROM file_chunks')).toEqual([{ chunks: 6 }])
})

test('a file that was being written when the process ended is swept away', async () => {
  await using made = await makeStoreFolder()
  const store = await openSqliteStore(made.folder)
  await begin(store, 'a')
  await store.close()
  tamper(made.folder, `INSERT INTO files VALUES (7, (SELECT key FROM documents), 'hash', 9, x'00', 'begun')`)
  for (let number = 0; number < 9; number++) tamper(made.folder, `INSERT INTO file_chunks VALUES (7, ?, x'00')`, number)
  await sweep(made.folder)
  expect(tamper(made.folder, 'SELECT 1 FROM files')).toEqual([])
  expect(tamper(made.folder, 'SELECT 1 FROM file_chunks')).toEqual([])
})

test('a store of a Weft that knew no files is read as one without any, and gets them when it is written to', async () => {
  await using made = await makeStoreFolder()
  const { folder } = made
  const old = await openSqliteStore(folder)
  await begin(old, 'a')
  await old.close()
  tamper(folder, 'DROP TABLE files')
  tamper(folder, 'DROP TABLE file_chunks')
  const reader = openSqliteReader(folder)
  expect(await reader.files.list('a')).toEqual([])
  const store = await openSqliteStore(folder)
  const { record } = await store.files.put('a', fileOf(randomBytes(10)), plenty)
  expect(await reader.files.list('a')).toEqual([record])
  await reader.close()
  await store.close()
})
