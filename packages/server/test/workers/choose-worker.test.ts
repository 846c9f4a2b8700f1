import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Candidate, chooseWorker } from '../../src/workers/choose-worker.ts'

interface Seat extends Candidate {
  connections: number
  untaken: number
}

function seats(count: number): Seat[] {
  return Array.from({ length: count }, (_, index) => ({ number: index + 1, connections: 0, untaken: 0 }))
}

/** Seats people one after the other. Says which workers each document is on. */
function fill(workers: readonly Seat[], documents: readonly string[]): Map<string, Set<number>> {
  const places = new Map<string, Set<number>>()
  for (const document of documents) {
    const worker = chooseWorker(workers, document)
    if (worker === undefined) throw new Error('nobody was chosen')
    worker.connections++
    places.set(document, (places.get(document) ?? new Set()).add(worker.number))
  }
  return places
}

test('people of a document meet in one worker, and documents spread over all of them', () => {
  const workers = seats(4)
  const documents = Array.from({ length: 4_000 }, (_, index) => `team-${index % 7}/plan-${index % 1_000}`)
  const places = fill(workers, documents)
  expect(Math.max(...[...places.values()].map(({ size }) => size))).toBeLessThanOrEqual(2)
  const alone = [...places.values()].filter(({ size }) => size === 1)
  expect(alone.length / places.size).toBeGreaterThan(0.95)
  for (const { connections } of workers) expect(connections).toBeGreaterThan(800)
})

test('a crowded document spreads, so that no worker has much more than the average', () => {
  const workers = seats(4)
  const places = fill(
    workers,
    Array.from({ length: 10_000 }, () => 'launch'),
  )
  expect(places.get('launch')?.size).toBe(4)
  for (const { connections } of workers) expect(connections).toBeLessThanOrEqual(1.25 * 2_500 + 51)
})

test('when a worker goes, the documents of the others stay where they are', () => {
  const names = Array.from({ length: 500 }, (_, index) => `d${index}`)
  const home = (workers: Seat[], name: string): number | undefined => chooseWorker(workers, name)?.number
  const before = names.map((name) => home(seats(4), name))
  const after = names.map((name) => home(seats(4).slice(0, 3), name))
  expect(names.filter((_, index) => before[index] !== 4 && before[index] !== after[index])).toEqual([])
  expect(new Set(after)).toEqual(new Set([1, 2, 3]))
})

test('what is about no document goes to who has least', () => {
  const workers = seats(3)
  for (const [index, connections] of [30, 20, 40].entries()) Object.assign(workers[index] ?? {}, { connections })
  expect(chooseWorker(workers, undefined)?.number).toBe(2)
})

test('a worker that takes nothing is passed over, unless all of them are', () => {
  const workers = seats(2)
  const home = chooseWorker(workers, 'plan')
  const other = workers.find((worker) => worker !== home)
  Object.assign(home ?? {}, { untaken: 100 })
  expect(chooseWorker(workers, 'plan')).toBe(other)
  Object.assign(other ?? {}, { untaken: 101 })
  expect(chooseWorker(workers, 'plan')).toBe(home)
})

test('whoever there is, somebody is chosen; where there is nobody, nobody is', () => {
  expect(chooseWorker([], 'plan')).toBeUndefined()
  const candidate = fc.record({ number: fc.nat(), connections: fc.nat(100_000), untaken: fc.nat(200) })
  fc.assert(
    fc.property(fc.array(candidate, { minLength: 1 }), fc.option(fc.string(), { nil: undefined }), (some, document) => {
      expect(some).toContain(chooseWorker(some, document))
    }),
  )
})
