import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { create as seeded, int31 } from 'lib0/prng'
import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../src/errors.ts'
import { currentFormats } from '../src/formats.ts'
import { CommitPace } from '../src/sqlite/commit-pace.ts'
import { Performer } from '../src/sqlite/performer.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import type { WriteJob } from '../src/sqlite/write-jobs.ts'
import { WriteThread } from '../src/sqlite/write-thread.ts'
import { makeStoreFolder } from './sqlite-folder.ts'

function append(document: string, token = 'once'): Extract<WriteJob, { type: 'append' }> {
  const noBytes = { actors: ['someone'], times: [1], lengths: [0] }
  return { type: 'append', document, epoch: 'e', token, after: undefined, ...noBytes }
}

/** A pace of 4 ms by a clock that the test moves. */
function paceAt(): { pace: CommitPace; clock: { now: number } } {
  const clock = { now: 1000 }
  return { clock, pace: new CommitPace(4, () => clock.now) }
}

describe('when a transaction begins', () => {
  test('the first append goes at once', () => {
    const { pace } = paceAt()
    pace.add(append('a'))
    expect(pace.wait).toBe(0)
  })

  test('a document that is written to alone never waits', () => {
    const { pace } = paceAt()
    for (let edit = 0; edit < 3; edit++) {
      pace.add(append('a'))
      expect(pace.wait).toBe(0)
      pace.begun(false)
    }
  })

  test('appends of several documents wait until 4 ms after the last transaction began', () => {
    const { pace, clock } = paceAt()
    pace.add(append('a'))
    pace.begun(false)
    clock.now += 1
    pace.add(append('b'))
    expect(pace.wait).toBe(3)
    clock.now += 3
    expect(pace.wait).toBe(0)
  })

  test('appends that are further apart do not wait', () => {
    const { pace, clock } = paceAt()
    pace.add(append('a'))
    pace.begun(false)
    clock.now += 4
    pace.add(append('b'))
    expect(pace.wait).toBe(0)
  })

  test('whatever is no append goes at once, and takes along what waits', () => {
    const { pace } = paceAt()
    pace.add(append('a'))
    pace.begun(false)
    pace.add(append('b'))
    pace.add({ type: 'check' })
    expect(pace.wait).toBe(0)
    pace.begun(false)
    pace.add(append('c'))
    expect(pace.wait).toBe(4)
  })

  test('what had no room in the last transaction does not wait', () => {
    const { pace } = paceAt()
    pace.add(append('a'))
    pace.add(append('b'))
    pace.begun(true)
    pace.add(append('c'))
    expect(pace.wait).toBe(0)
  })
})

/** A write thread, and the workers that it has started. */
async function startThread(
  folder: string,
  pace?: CommitPace,
): Promise<{ thread: WriteThread; workers: CountedWorker[] }> {
  const workers: CountedWorker[] = []
  const settings = { folder, synchronous: 'FULL', maxPages: undefined, formats: currentFormats } as const
  const start = (workerData: unknown): Worker => {
    const worker = new CountedWorker(new URL('../src/sqlite/write-worker.ts', import.meta.url), { workerData })
    workers.push(worker)
    return worker
  }
  const thread = new WriteThread(settings, start, pace)
  await thread.open()
  return { thread, workers }
}

class CountedWorker extends Worker {
  batches = 0

  override postMessage(...message: Parameters<Worker['postMessage']>): void {
    this.batches++
    super.postMessage(...message)
  }
}

async function create(writes: Performer, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await writes.decide({ type: 'create', document: { id, title: '', createdBy: '', at: 1 }, epoch: 'e' }, id)
  }
}

test('the write thread commits together what waits for company', async () => {
  await using made = await makeStoreFolder()
  // Company that never comes by itself: only what is no append ends the waiting.
  const { thread, workers } = await startThread(made.folder, new CommitPace(60_000))
  const batches = (): number => workers[0]?.batches ?? 0
  const writes = new Performer(thread)
  await create(writes, ['a', 'b', 'c'])
  await writes.append(append('a'), [new Uint8Array()])
  const before = batches()
  const appended = [writes.append(append('b'), [new Uint8Array()])]
  await setImmediate()
  appended.push(writes.append(append('c'), [new Uint8Array()]))
  await setImmediate()
  expect(batches()).toBe(before)
  await writes.perform({ type: 'check' }, '')
  await Promise.all(appended)
  expect(batches()).toBe(before + 1)
  await thread.close()
})

test('closing does not wait for company, and what waited for it is durable', async () => {
  await using made = await makeStoreFolder()
  const { thread } = await startThread(made.folder, new CommitPace(60_000))
  const writes = new Performer(thread)
  await create(writes, ['a', 'b'])
  await writes.append(append('a'), [new Uint8Array()])
  const waiting = writes.append(append('b'), [new Uint8Array()])
  await Promise.all([thread.close(), waiting])
  const store = await openSqliteStore(made.folder)
  expect((await store.log.load('b')).entries).toHaveLength(1)
  await store.close()
})

test.each([1, 2, 3])(
  'L1: nothing stalls or is lost or doubled while documents are written to and the thread dies, seed %d',
  { timeout: 60_000 },
  async (seed) => {
    await using made = await makeStoreFolder()
    const random = seeded(seed)
    const { thread, workers } = await startThread(made.folder)
    const writes = new Performer(thread)
    const ids = ['a', 'b', 'c', 'd', 'e']
    await create(writes, ids)
    const appends = 60
    // As a room does: one append at a time, and again with its token where it failed.
    const write = async (id: string): Promise<void> => {
      for (let number = 0; number < appends;) {
        const update = Buffer.from(String(number))
        const job = { ...append(id, String(number)), lengths: [update.byteLength] }
        const receipt = await writes.append(job, [update]).catch((error: unknown) => {
          if (!(error instanceof StoreUnavailableError)) throw error
        })
        if (receipt !== undefined) number++
        for (let turns = int31(random, 0, 40); turns > 0; turns--) await setImmediate()
      }
    }
    let over = false
    const disturb = async (): Promise<void> => {
      for (let kills = 0; kills < 4 && !over;) {
        for (let turns = int31(random, 1, 400); turns > 0; turns--) await setImmediate()
        if (int31(random, 0, 1) === 0) {
          await workers.at(-1)?.terminate()
          kills++
        } else await writes.perform({ type: 'check' }, '').catch(() => {})
      }
    }
    const disturbing = disturb()
    await Promise.all(ids.map(write))
    over = true
    await disturbing
    await thread.close()
    const store = await openSqliteStore(made.folder)
    const expected = Array.from({ length: appends }, (_, number) => String(number))
    for (const id of ids) {
      const { entries } = await store.log.load(id)
      expect(entries.map(({ update }) => Buffer.from(update).toString())).toEqual(expected)
    }
    await store.close()
  },
)
