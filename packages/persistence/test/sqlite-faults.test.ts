import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { append, begin, entry, textsOf } from '../src/contract/with-store.ts'
import { InvalidCursorError } from '../src/document-catalog.ts'
import { StoreConfigurationError, StoreUnavailableError } from '../src/errors.ts'
import { currentFormats } from '../src/formats.ts'
import { databaseFile } from '../src/sqlite/connection.ts'
import { Performer } from '../src/sqlite/performer.ts'
import { ReadThread } from '../src/sqlite/read-thread.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import { WriteThread } from '../src/sqlite/write-thread.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

test('a folder that another process holds is refused in so many words, and free once that one is killed', async () => {
  await using made = await makeStoreFolder()
  const { folder } = made
  const file = fileURLToPath(new URL('./hold-store.ts', import.meta.url))
  const holder = spawn(process.execPath, [file, `sqlite:${folder}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  const refused = openSqliteStore(folder)
  await expect(refused).rejects.toThrow(StoreConfigurationError)
  await expect(refused).rejects.toThrow(`the store folder ${folder} is held by another running Weft: stop that one`)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await (await openSqliteStore(folder)).close()
})

test('a folder that this process holds already is refused too', async () => {
  await using made = await makeStoreFolder()
  const store = await openSqliteStore(made.folder)
  await expect(openSqliteStore(made.folder)).rejects.toThrow('held by another')
  await begin(store, 'still-usable')
  await store.close()
})

test('L8: a store of a newer format is refused, and left as it is', async () => {
  await using made = await makeStoreFolder()
  await (await openSqliteStore(made.folder)).close()
  tamper(made.folder, `PRAGMA user_version = ${currentFormats.newest + 1}`)
  const refused = openSqliteStore(made.folder)
  await expect(refused).rejects.toThrow(StoreConfigurationError)
  await expect(refused).rejects.toThrow(
    /the store in .* is of format 2, and this version of Weft reads format 1: start the newer Weft/,
  )
  expect(tamper(made.folder, 'PRAGMA user_version')).toEqual([{ user_version: currentFormats.newest + 1 }])
  tamper(made.folder, `PRAGMA user_version = ${currentFormats.written}`)
  await (await openSqliteStore(made.folder)).close()
})

test('a file that is no database, and a database of somebody else, are refused', async () => {
  await using first = await makeStoreFolder()
  await mkdir(first.folder)
  await writeFile(databaseFile(first.folder), 'this is no database, but it is long enough to be looked at'.repeat(100))
  await expect(openSqliteStore(first.folder)).rejects.toThrow(/weft\.db in .* is damaged or no SQLite database/)
  await using second = await makeStoreFolder()
  await mkdir(second.folder)
  tamper(second.folder, 'CREATE TABLE theirs (x)')
  await expect(openSqliteStore(second.folder)).rejects.toThrow("not Weft's")
})

test('a full disk refuses appends as unavailable, and takes them again when there is room', async () => {
  await using made = await makeStoreFolder()
  const swept = Promise.withResolvers<void>()
  let sweeps = 0
  const store = await openSqliteStore(made.folder, {
    maxPages: 200,
    // The second sweep is that of the deletion.
    onCheckpointStep: (step) => step === 'swept' && ++sweeps === 2 && swept.resolve(),
  })
  const [a, b] = [await begin(store, 'a'), await begin(store, 'b')]
  const large = 'x'.repeat(100_000)
  let stored = 0
  const fill = async (): Promise<never> => {
    for (;;) {
      await append(store, 'a', a, large)
      stored++
    }
  }
  await expect(fill()).rejects.toThrow(StoreUnavailableError)
  expect(stored).toBeGreaterThan(2)
  const request = { epoch: b, token: 'again', entries: [entry(large)] }
  await expect(store.log.append('b', request)).rejects.toThrow(/could not write: .*full/)
  // What was refused left nothing behind, and what was taken is there.
  expect((await store.log.load('a')).entries).toHaveLength(stored)
  await append(store, 'b', b, 'small')
  await store.catalog.delete('a', 2)
  await swept.promise
  expect(await store.log.append('b', request)).toMatchObject({ first: 2 })
  expect(textsOf(await store.log.load('b'))).toEqual(['small', large])
  await store.close()
})

test('a write thread that dies fails what was under way, and the next job starts another', async () => {
  await using made = await makeStoreFolder()
  const workers: Worker[] = []
  const settings = { folder: made.folder, synchronous: 'FULL', maxPages: undefined, formats: currentFormats } as const
  const thread = new WriteThread(settings, (workerData) => {
    const worker = new Worker(new URL('../src/sqlite/write-worker.ts', import.meta.url), { workerData })
    workers.push(worker)
    return worker
  })
  await thread.open()
  const writes = new Performer(thread)
  const document = { id: 'a', title: '', createdBy: '', at: 1 }
  expect(await writes.decide({ type: 'create', document, epoch: 'e' }, 'a')).toBe(true)
  const underWay = [1, 2, 3].map(() => writes.perform({ type: 'check' }, ''))
  // Asserted at once, because they are refused before the thread's end is known here.
  const refused = Promise.all(underWay.map((job) => expect(job).rejects.toThrow(StoreUnavailableError)))
  await Promise.all([workers[0]?.terminate(), refused])
  expect(await writes.decide({ type: 'create', document, epoch: 'e' }, 'a')).toBe(false)
  expect(workers).toHaveLength(2)
  await thread.close()
  await expect(writes.perform({ type: 'check' }, '')).rejects.toThrow('the store is closed')
})

test('the read thread is there only while it is asked, and comes back', async () => {
  await using made = await makeStoreFolder()
  const store = await openSqliteStore(made.folder)
  await begin(store, 'a')
  const reads = new ReadThread(made.folder, currentFormats, 0)
  expect(reads.running).toBe(false)
  expect(await reads.get('a')).toMatchObject({ id: 'a' })
  expect(reads.running).toBe(true)
  await reads.idle()
  expect(reads.running).toBe(false)
  expect(await reads.get('a')).toMatchObject({ id: 'a' })
  await reads.close()
  await store.close()
})

test('what is asked of the read thread in one turn is answered each for itself', async () => {
  await using made = await makeStoreFolder()
  const store = await openSqliteStore(made.folder)
  for (const id of ['a', 'b']) await begin(store, id)
  const reads = new ReadThread(made.folder, currentFormats)
  const asked = [
    reads.get('a'),
    reads.list({ order: 'name', limit: 1, cursor: 'made up' }),
    reads.heads(['a', 'c']),
    reads.list({ order: 'name', limit: 5 }),
    reads.load('c', undefined),
  ]
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'rejected',
  ])
  expect(await asked[0]).toMatchObject({ id: 'a' })
  await expect(asked[1]).rejects.toThrow(InvalidCursorError)
  const last = reads.get('b')
  await reads.close()
  expect(await last).toMatchObject({ id: 'b' })
  await store.close()
})

test('questions whose read thread cannot begin are refused, and what is asked later is answered', async () => {
  await using made = await makeStoreFolder()
  const reads = new ReadThread(made.folder, currentFormats)
  const asked = ['a', 'b', 'c'].map((id) => reads.get(id))
  await Promise.all(asked.map((question) => expect(question).rejects.toThrow(StoreUnavailableError)))
  const store = await openSqliteStore(made.folder)
  await begin(store, 'a')
  expect(await reads.get('a')).toMatchObject({ id: 'a' })
  await reads.close()
  await store.close()
})
