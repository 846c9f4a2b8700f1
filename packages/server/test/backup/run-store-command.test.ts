import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore, writeBackup } from '@weft/persistence'
import { expect, it } from 'vitest'
import { CommandFailure } from '../../src/backup/command-failure.ts'
import { runStoreCommand } from '../../src/backup/run-store-command.ts'

it('a restore that is stopped says so in one line, and what came before it stands', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-restore-'))
  const source = new MemoryStore()
  for (const id of ['a', 'b']) {
    await source.catalog.create({ id, title: '', createdBy: 'x', at: 1 })
    await source.catalog.delete(id, 2)
    await source.catalog.recreate({ id, title: 'anew', createdBy: 'x', at: 3 })
  }
  const pieces: Uint8Array[] = []
  for await (const piece of writeBackup(source)) pieces.push(piece)
  const file = join(folder, 'backup')
  await writeFile(file, Buffer.concat(pieces))

  const stop = new AbortController()
  stop.abort()
  const said: string[] = []
  const restore = { store: 'memory:', from: file, prefix: '', recreate: false, durability: 'fsync' }
  const run = (signal: AbortSignal): Promise<void> =>
    runStoreCommand({ command: 'restore', restore }, signal, (line) => said.push(line))
  await expect(run(stop.signal)).rejects.toThrow(new CommandFailure('restore was stopped before its end'))
  expect(said).toEqual([])
  await run(new AbortController().signal)
  expect(said).toEqual(['2 documents read: 2 created'])
  await rm(folder, { recursive: true })
})
