import { describe, expect, it } from 'vitest'
import { severalAtOnce } from '../src/backup/several-at-once.ts'
import { all } from './written-documents.ts'

/** Work that ends when the test says so. */
class Works {
  readonly begun: number[] = []
  readonly #ends = new Map<number, PromiseWithResolvers<number>>()
  readonly #beginnings = new Map<number, PromiseWithResolvers<undefined>>()

  readonly work = (item: number): Promise<number> => {
    this.begun.push(item)
    this.#at(this.#beginnings, item).resolve(undefined)
    return this.#at(this.#ends, item).promise
  }

  async hasBegun(item: number): Promise<void> {
    await this.#at(this.#beginnings, item).promise
  }

  end(item: number): void {
    this.#at(this.#ends, item).resolve(item * 10)
  }

  fail(item: number): void {
    this.#at(this.#ends, item).reject(new Error(`${item} failed`))
  }

  #at<Value>(map: Map<number, PromiseWithResolvers<Value>>, item: number): PromiseWithResolvers<Value> {
    const present = map.get(item) ?? Promise.withResolvers<Value>()
    map.set(item, present)
    return present
  }
}

async function* stream(items: readonly number[], failure?: Error): AsyncGenerator<number> {
  yield* items
  if (failure !== undefined) throw failure
}

const bounds = { items: 3, weight: 10, weigh: (item: number): number => item }

describe('several items at once', () => {
  it('are as many as the bounds allow, and come in their order', async () => {
    const works = new Works()
    let taken = 0
    async function* counted(): AsyncGenerator<number> {
      for (const item of [1, 1.5, 2, 9, 12, 3]) {
        taken++
        yield item
      }
    }
    const results = all(severalAtOnce(counted(), bounds, works.work))
    await works.hasBegun(2)
    expect(works.begun).toEqual([1, 1.5, 2])
    works.end(2)
    works.end(1.5)
    works.end(1)
    await works.hasBegun(9)
    // The others are too heavy to go beside it, and then beside each other.
    expect(works.begun).toEqual([1, 1.5, 2, 9])
    works.end(9)
    await works.hasBegun(12)
    expect(works.begun).toEqual([1, 1.5, 2, 9, 12])
    await new Promise(setImmediate)
    expect(taken).toBe(5)
    for (const item of [12, 3]) works.end(item)
    expect(await results).toEqual([10, 15, 20, 90, 120, 30])
  })

  it('are done and given before the stream that failed after them is told of', async () => {
    const works = new Works()
    const given: number[] = []
    const failure = new Error('for the test')
    const running = (async () => {
      for await (const result of severalAtOnce(stream([1, 2], failure), bounds, works.work)) given.push(result)
    })()
    await works.hasBegun(2)
    works.end(2)
    works.end(1)
    await expect(running).rejects.toBe(failure)
    expect(given).toEqual([10, 20])
  })

  it('fail in their turn, once nothing is under way any more', async () => {
    const works = new Works()
    const given: number[] = []
    let over = false
    const running = (async () => {
      try {
        for await (const result of severalAtOnce(stream([1, 2, 3]), bounds, works.work)) given.push(result)
      } finally {
        over = true
      }
    })()
    await works.hasBegun(3)
    works.fail(2)
    works.end(1)
    await new Promise(setImmediate)
    expect({ given, over }).toEqual({ given: [10], over: false })
    works.end(3)
    await expect(running).rejects.toThrow('2 failed')
  })
})
