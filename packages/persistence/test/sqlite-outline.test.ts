import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Checkpoint, LoadedDocument } from '../src/document-log.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

const chunks = [new Uint8Array([0, 0]), new Uint8Array([0, 0])]

test('L3: a checkpoint says how its chunks go together before the first of them has come', async () => {
  await using made = await makeStoreFolder()
  const store = await openSqliteStore(made.folder)
  await store.catalog.create({ id: 'a', title: '', createdBy: '', at: 1 })
  const append = async (): Promise<LoadedDocument> => {
    const { head } = await store.log.load('a')
    const entries = [{ update: new Uint8Array([0, 0]), actor: 'a', at: 1 }]
    await store.log.append('a', { epoch: head.epoch, token: randomUUID(), entries })
    return await store.log.load('a')
  }
  const compact = async (outline: Uint8Array | undefined): Promise<void> => {
    const { head, checkpoint } = await append()
    const checkpointed = { place: head, stateVector: new Uint8Array([0]), chunks, outline }
    expect(await store.log.replaceCheckpoint('a', checkpointed, checkpoint?.place.tip)).toBe(true)
  }
  const heard = async (): Promise<(Checkpoint['outline'] | 'chunk')[]> => {
    const all: (Checkpoint['outline'] | 'chunk')[] = []
    const { checkpoint } = await store.log.load('a', {
      begin: ({ outline }) => all.push(outline && Uint8Array.from(outline)),
      chunk: () => all.push('chunk'),
    })
    expect(checkpoint?.outline && Uint8Array.from(checkpoint.outline)).toEqual(all[0])
    return all
  }
  for (const outline of [new Uint8Array([1, 2, 3]), undefined, new Uint8Array([4])]) {
    await compact(outline)
    expect(await heard()).toEqual([outline, 'chunk', 'chunk'])
  }
  // Those that were replaced are swept.
  await expect.poll(() => tamper(made.folder, 'SELECT record FROM outlines').length, { timeout: 15_000 }).toBe(1)
  await store.close()
  // A store of a Weft that kept none.
  tamper(made.folder, 'DROP TABLE outlines')
  const older = await openSqliteStore(made.folder)
  expect((await older.log.load('a')).checkpoint?.outline).toBeUndefined()
  await older.close()
})
