import { DatabaseSync } from 'node:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { revocationOf } from '../src/contract/revocation-rules.ts'
import { openStore } from '../src/index.ts'

test('a store from before there were revocations gets a place for them', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'weft-revocations-'))
  const folder = join(parent, 'store')
  try {
    const before = await openStore(`sqlite:${folder}`)
    await before.catalog.create({ id: 'd', title: '', createdBy: 'ada', at: 1 })
    await before.close()
    const database = new DatabaseSync(join(folder, 'weft.db'))
    database.exec('DROP TABLE revocations')
    database.close()
    const store = await openStore(`sqlite:${folder}`)
    await store.revocations.add(revocationOf('one'), Date.now())
    expect(await store.revocations.since(undefined, Date.now())).toMatchObject({ revocations: [{ id: 'one' }] })
    expect(await store.catalog.get('d')).toMatchObject({ createdBy: 'ada' })
    await store.close()
  } finally {
    await rm(parent, { recursive: true })
  }
})
