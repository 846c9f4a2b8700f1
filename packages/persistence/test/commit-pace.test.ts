import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { currentFormats } from '../src/formats.ts'
import { CommitPace } from '../src/sqlite/commit-pace.ts'
import { Performer } from '../src/sqlite/performer.ts'
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

test('the write thread commits together what waits for company', async () => {
  await using made = await makeStoreFolder()
  let batches = 0
  class CountedWorker extends Worker {
    override postMessage(...message: Parameters<Worker['postMessage']>): void {
      batches++
      super.postMessage(...message)
    }
  }
  const settings = { folder: made.folder, synchronous: 'FULL', maxPages: undefined, formats: currentFormats } as const
  const start = (workerData: unknown): Worker =>
    new CountedWorker(new URL('../src/sqlite/write-worker.ts', import.meta.url), { workerData })
  // Company that never comes by itself: only what is no append ends the waiting.
  const thread = new WriteThread(settings, start, new CommitPace(60_000))
  await thread.open()
  const writes = new Performer(thread)
  for (const id of ['a', 'b', 'c']) {
    await writes.decide({ type: 'create', document: { id, title: '', createdBy: '', at: 1 }, epoch: 'e' }, id)
  }
  await writes.append(append('a'), [new Uint8Array()])
  const before = batches
  const appended = [writes.append(append('b'), [new Uint8Array()])]
  await new Promise((resolve) => setImmediate(resolve))
  appended.push(writes.append(append('c'), [new Uint8Array()]))
  await new Promise((resolve) => setImmediate(resolve))
  expect(batches).toBe(before)
  await writes.perform({ type: 'check' }, '')
  await Promise.all(appended)
  expect(batches).toBe(before + 1)
  await thread.close()
})
