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

const bounds = { items: 3, weight: 10, weigh: (): number => 0 }
const byWeight = { items: 100, weight: 10, weigh: (item: number): number => item }

/** Lets happen what only waits for its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('several items at once', () => {
  it('are no more than the bounds allow, and come in their order', async () => {
    const works = new Works()
    const results = all(severalAtOnce(stream([1, 2, 3, 4, 5, 6]), bounds, works.work))
    await turn()
    expect(works.begun).toEqual([1, 2, 3])
    works.end(2)
    await turn()
    expect(works.begun).toEqual([1, 2, 3])
    works.end(1)
    await turn()
    expect(works.begun).toEqual([1, 2, 3, 4, 5])
    for (const item of [6, 5, 4, 3]) works.end(item)
    expect(await results).toEqual([10, 20, 30, 40, 50, 60])
  })

  it('are no heavier than the bounds allow; one that is heavier is alone, and the next is not even taken', async () => {
    const works = new Works()
    let taken = 0
    async function* counted(): AsyncGenerator<number> {
      for (const item of [4, 5, 6, 3, 12, 1]) {
        taken++
        yield item
      }
    }
    const results = all(severalAtOnce(counted(), byWeight, works.work))
    await turn()
    expect(works.begun).toEqual([4, 5])
    works.end(4)
    await turn()
    expect(works.begun).toEqual([4, 5])
    works.end(5)
    await turn()
    expect(works.begun).toEqual([4, 5, 6, 3])
    works.end(6)
    works.end(3)
    await turn()
    expect(works.begun).toEqual([4, 5, 6, 3, 12])
    expect(taken).toBe(5)
    works.end(12)
    works.end(1)
    expect(await results).toEqual([40, 50, 60, 30, 120, 10])
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
    await turn()
    works.end(1)
    await turn()
    expect({ given, over }).toEqual({ given: [10], over: false })
    works.end(3)
    await expect(running).rejects.toThrow('2 failed')
  })
})
