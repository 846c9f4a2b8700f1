import { StockClient } from '../support/stock-client.ts'

/** How often each writer writes, in milliseconds: twenty times a second. */
const writingInterval = 50

/** Two stock clients of one document, of which the first writes and the second hears it. */
class Pair {
  readonly latencies: number[] = []
  readonly #writer: StockClient
  readonly #reader: StockClient
  readonly #written = new Map<number, number>()
  #next = 0

  constructor(server: string, document: string) {
    this.#writer = new StockClient({ server, document })
    this.#reader = new StockClient({ server, document })
    this.#reader.doc.getArray<number>('marks').observe(({ changes }) => {
      const now = performance.now()
      for (const { insert = [] } of changes.delta) {
        for (const mark of insert) this.#heard(mark, now)
      }
    })
  }

  async synced(): Promise<void> {
    await Promise.all([this.#writer.synced(), this.#reader.synced()])
  }

  write(): void {
    const mark = this.#next++
    this.#written.set(mark, performance.now())
    this.#writer.doc.getArray('marks').push([mark])
  }

  /** Resolves when the reader has heard everything. */
  async allHeard(): Promise<void> {
    await this.#reader.until('to hear all that was written', () => this.#written.size === 0)
  }

  destroy(): void {
    this.#writer.destroy()
    this.#reader.destroy()
  }

  #heard(mark: unknown, now: number): void {
    if (typeof mark !== 'number') return
    const at = this.#written.get(mark)
    if (at !== undefined) this.latencies.push(now - at)
    this.#written.delete(mark)
  }
}

/** The people whose latency is looked at: one pair in the offender's document, one in a document of its own. */
export class Others {
  readonly #pairs: readonly Pair[]

  constructor(server: string, document: string) {
    this.#pairs = [new Pair(server, document), new Pair(server, `${document}/elsewhere`)]
  }

  async synced(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.synced()))
  }

  /** Writes for so long. Returns how long each edit took to its reader, in milliseconds: in the offender's document, and elsewhere. */
  async measure(milliseconds: number): Promise<{ readonly same: number[]; readonly elsewhere: number[] }> {
    for (const { latencies } of this.#pairs) latencies.length = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    const writing = setInterval(() => {
      for (const pair of this.#pairs) pair.write()
    }, writingInterval)
    setTimeout(resolve, milliseconds)
    await promise
    clearInterval(writing)
    await Promise.all(this.#pairs.map((pair) => pair.allHeard()))
    const [same = [], elsewhere = []] = this.#pairs.map(({ latencies }) => [...latencies])
    return { same, elsewhere }
  }

  destroy(): void {
    for (const pair of this.#pairs) pair.destroy()
  }
}
