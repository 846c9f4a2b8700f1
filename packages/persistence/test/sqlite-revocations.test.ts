import { expect, test } from 'vitest'
import { revocationOf } from '../src/contract/revocation-rules.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

test('a store from before there were revocations gets a place for them', async () => {
  await using made = await makeStoreFolder()
  const before = await openSqliteStore(made.folder)
  await before.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
  await before.close()
  tamper(made.folder, 'DROP TABLE revocations')
  const store = await openSqliteStore(made.folder)
  await store.revocations.add(revocationOf('one'), Date.now())
  expect(await store.revocations.since(undefined, Date.now())).toMatchObject({ revocations: [{ id: 'one' }] })
  expect(await store.catalog.get('d')).toMatchObject({ createdBy: 'ada' })
  await store.close()
})
