import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { append, begin, checkpointAt, textsOf } from '../src/contract/with-store.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

const oldState = Array.from({ length: 8 }, () => new Uint8Array(randomBytes(300_000)))

test(
  'L4 L7: a kill at any step of a checkpoint loses nothing, and what it left is swept',
  { timeout: 120_000 },
  async () => {
    await using made = await makeStoreFolder()
    await prepare(made.folder)
    const seen: string[] = []
    for (;;) {
      const folder = `${made.folder}-${seen.length}`
      await cp(made.folder, folder, { recursive: true })
      if ((await checkpointUntil(folder, seen.length)) !== 'SIGKILL') break
      seen.push(await look(folder))
      expectClean(folder)
    }
    // Begun and chunks written several times: the old state counts. Flipped and swept in several steps: the new one does.
    expect(seen.join(' ')).toMatch(/^(old ){3,}(new ?){3,}$/)
  },
)

/** A document with a checkpoint at 2, which takes several steps to write and to sweep, and entries up to 4. */
async function prepare(folder: string): Promise<void> {
  const store = await openSqliteStore(folder)
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one', 'two')
  const { head } = await store.log.load('a')
  expect(await store.log.replaceCheckpoint('a', checkpointAt(head, ...oldState), undefined)).toBe(true)
  await append(store, 'a', epoch, 'three', 'four')
  await store.close()
}

/** Which state is there after a crash. Whichever it is, nothing may be missing. */
async function look(folder: string): Promise<'old' | 'new'> {
  const swept = Promise.withResolvers<void>()
  const store = await openSqliteStore(folder, { onCheckpointStep: (step) => step === 'swept' && swept.resolve() })
  const loaded = await store.log.load('a')
  await swept.promise
  expect(await store.log.load('a')).toEqual(loaded)
  await store.close()
  const { head, checkpoint } = loaded
  expect(head.position).toBe(4)
  expect(checkpoint?.chunks.length).toBe(8)
  const isOld = Buffer.compare(Buffer.concat(checkpoint?.chunks ?? []), Buffer.concat(oldState)) === 0
  expect(checkpoint?.place.position).toBe(isOld ? 2 : 4)
  expect(textsOf({ ...loaded, checkpoint: undefined })).toEqual(isOld ? ['three', 'four'] : [])
  return isOld ? 'old' : 'new'
}

function expectClean(folder: string): void {
  expect(tamper(folder, 'SELECT * FROM garbage')).toEqual([])
  expect(tamper(folder, 'SELECT DISTINCT generation FROM chunks')).toHaveLength(1)
  expect(tamper(folder, 'SELECT * FROM checkpoints')).toHaveLength(1)
  const trimmed = 'SELECT 1 FROM entries JOIN documents ON key = document WHERE entries.position <= checkpoint_position'
  expect(tamper(folder, trimmed)).toEqual([])
}

async function checkpointUntil(folder: string, step: number): Promise<string | null> {
  const file = fileURLToPath(new URL('./crash-at-step.ts', import.meta.url))
  const [code, signal]: (string | number | null)[] = await once(
    spawn(process.execPath, [file, folder, String(step)], { stdio: 'inherit' }),
    'exit',
  )
  if (code !== null) expect(code).toBe(0)
  return typeof signal === 'string' ? signal : null
}
