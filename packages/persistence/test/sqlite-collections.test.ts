import { expect, test } from 'vitest'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

test('a store from before there were collections gets a place for them', async () => {
  await using made = await makeStoreFolder()
  const before = await openSqliteStore(made.folder)
  await before.close()
  tamper(made.folder, 'DROP TABLE collections')
  const store = await openSqliteStore(made.folder)
  await store.collections.change('s', { put: [{ key: 'k', text: 'there' }] })
  expect(await store.collections.get('s', 'k')).toBe('there')
  await store.close()
})
