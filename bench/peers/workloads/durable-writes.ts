/** W6: how many updates a second are saved, and how soon. Peers do not say what they keep, so this is Weft alone. */
import { setTimeout } from 'node:timers/promises'
import { decodeServerExtension, messageType, weftSubprotocol } from '@weft/protocol'
import { severally } from '../load/crowd.ts'
import { Histogram } from '../load/histogram.ts'
import { RawClient } from '../load/raw-client.ts'
import { Schedule } from '../load/schedule.ts'
import { Typist } from '../load/typist.ts'
import { Meter } from '../meter.ts'
import type { RunningSystem, System } from '../system.ts'
import { type Found, warmUpOf, type Workload, type WorkloadOptions } from '../workload.ts'

const documents = 500

/** What each store is to save in a second. How soon is measured at half of it: at more, the load's own core is what is full. */
const goals: Readonly<Record<string, number>> = { 'weft-sqlite': 30_000, 'weft-redis': 50_000 }

/** Updates that each document may have under way when as much is written as is saved. */
const unsavedAtMost = 64

/** The workload. */
export const durableWrites: Workload = {
  id: 'W6',
  title: `Durable writes: ${documents} documents with one writer each`,
  metrics: [
    { name: 'saved updates', unit: '/s', better: 'more' },
    { name: 'saved p50 at saturation', unit: 'ms', better: 'less' },
    { name: 'saved p50 at half the goal', unit: 'ms', better: 'less' },
    { name: 'saved p99 at half the goal', unit: 'ms', better: 'less' },
    { name: 'saved updates at half the goal', unit: '/s', better: 'more' },
    { name: 'server CPU per saved update', unit: 'µs', better: 'less' },
    { name: 'helper CPU per saved update', unit: 'µs', better: 'less' },
    { name: 'server on its core', unit: '%', better: 'less' },
    { name: 'load on its core', unit: '%', better: 'less' },
    { name: 'resident memory', unit: 'MiB', better: 'less' },
  ],
  cases: [
    {
      name: `${documents} documents`,
      alone: true,
      appliesTo: ({ name }) => name.startsWith('weft-'),
      run,
    },
  ],
}

async function run(system: System, running: RunningSystem, { duration }: WorkloadOptions): Promise<Found> {
  const savings = new Savings()
  const writers: SavingWriter[] = []
  await severally(documents, async (index) => {
    writers.push(await SavingWriter.open({ system, running, index, savings }))
  })
  try {
    const pump = setInterval(() => {
      for (const writer of writers) writer.fill(unsavedAtMost)
    }, 1)
    await setTimeout(warmUpOf({ duration }))
    savings.reset()
    const meter = new Meter(running)
    await setTimeout(duration)
    const usage = meter.read()
    const saved = savings.count
    const rate = saved / (usage.elapsed / 1000)
    const saturated = savings.times.percentile(50)
    clearInterval(pump)
    await severally(writers.length, (index) => writers[index]?.idle() ?? Promise.resolve())

    let turn = 0
    const schedule = new Schedule((goals[system.name] ?? rate) / 2, () => writers[turn++ % writers.length]?.write())
    await setTimeout(warmUpOf({ duration }))
    savings.reset()
    const half = new Meter(running)
    await setTimeout(duration)
    const halfSeconds = half.read().elapsed / 1000
    schedule.stop()
    return {
      'saved updates': rate,
      'saved p50 at saturation': saturated,
      'saved p50 at half the goal': savings.times.percentile(50),
      'saved p99 at half the goal': savings.times.percentile(99),
      'saved updates at half the goal': savings.count / halfSeconds,
      'server CPU per saved update': (usage.serverCpu / saved) * 1000,
      'helper CPU per saved update': (usage.helperCpu / saved) * 1000,
      'server on its core': (usage.serverCpu / usage.elapsed) * 100,
      'load on its core': (usage.loadCpu / usage.elapsed) * 100,
      'resident memory': meter.residentMiB,
    }
  } finally {
    for (const writer of writers) writer.close()
  }
}

/** What was saved since it was last reset. */
class Savings {
  readonly times: Histogram = new Histogram()
  count = 0

  reset(): void {
    this.times.clear()
    this.count = 0
  }
}

interface SavingWriterOptions {
  readonly system: System
  readonly running: RunningSystem
  readonly index: number
  readonly savings: Savings
}

class SavingWriter {
  readonly #client: RawClient
  readonly #typist: Typist
  /** When the updates were sent that are not saved yet. */
  readonly #unsaved: number[]

  private constructor(client: RawClient, index: number, unsaved: number[]) {
    this.#client = client
    this.#typist = new Typist(index)
    this.#unsaved = unsaved
  }

  static async open({ system, running, index, savings }: SavingWriterOptions): Promise<SavingWriter> {
    const unsaved: number[] = []
    // The answer to the server's step 1 counts as the first frame.
    let saved = 1
    const client = await RawClient.open({
      system: running,
      dialect: system.dialect,
      document: `durable-${index}`,
      subprotocol: weftSubprotocol,
      onMessage: (message) => {
        if (message[0] !== messageType.saved) return
        const news = decodeServerExtension(message)
        if (news?.type !== 'saved') return
        const now = performance.now()
        for (const sent of unsaved.splice(0, news.frames - saved)) {
          savings.times.add(now - sent)
          savings.count++
        }
        saved = Math.max(saved, news.frames)
      },
    })
    return new SavingWriter(client, index, unsaved)
  }

  write(): void {
    this.#unsaved.push(performance.now())
    this.#client.update(this.#typist.type())
  }

  /** Writes until so many updates are unsaved. */
  fill(atMost: number): void {
    while (this.#unsaved.length < atMost) this.write()
  }

  /** Resolves when all is saved. */
  async idle(): Promise<void> {
    while (this.#unsaved.length > 0) await setTimeout(10)
  }

  close(): void {
    this.#client.close()
  }
}
