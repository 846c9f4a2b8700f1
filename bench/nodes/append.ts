/**
 * What one node takes: many clients type in many documents at a fixed rate, whatever the node makes of it, so that a node which
 * falls behind is seen to. Before that one client types on an idle node; after it the store's driver appends alone.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DiskSync } from '../support/disk-sync.ts'
import { timeMeasures } from '../support/percentiles.ts'
import type { Measure, Report } from '../support/report.ts'
import { Waiting } from '../support/waiting.ts'
import { Cluster, CpuSplit } from './cluster.ts'
import type { Placement } from '../support/placement.ts'
import { typedFrames } from './small-updates.ts'
import { WireClient } from './wire-client.ts'
import type { Workload } from '../support/workload.ts'

/** The first seconds compile code and make files grow. In milliseconds, and not counted. */
const warmUp = 3_000

/** What is sent. */
interface Load {
  readonly documents: number
  readonly rate: number
  readonly burst: number
  readonly seconds: number
}

/** The workload `append`. */
export const append: Workload = {
  name: 'append',
  summary: 'append and publish through one node at fsync',
  options: {
    documents: { initial: 500, help: 'documents, one client each' },
    rate: { initial: 55_000, help: 'updates a second that all clients together send' },
    burst: { initial: 5, help: 'updates that a client sends in one write, each a frame of its own' },
    seconds: { initial: 20, help: 'how long, after 3 s that are not counted' },
    samples: { initial: 1_000, help: 'single updates on an idle node' },
  },
  run: async (size, placement) => {
    const load = {
      documents: size('documents'),
      rate: size('rate'),
      burst: size('burst'),
      seconds: size('seconds'),
    }
    await using cluster = await Cluster.start({ nodes: 1, placement })
    const idle = await typeAlone(cluster, size('samples'))
    const measures = await typeTogether(cluster, load)
    const driver = await appendAlone(cluster, placement, load)
    return {
      title: `Append and publish through one node at fsync (${load.documents} documents; ${placement.text})`,
      measures: [...idle, ...measures, ...driver],
    } satisfies Report
  },
}

async function typeAlone(cluster: Cluster, samples: number): Promise<Measure[]> {
  const heard = new Waiting()
  const client = await WireClient.open(cluster.node(0).url, 'alone', { saved: () => heard.notify() })
  using disk = new DiskSync(cluster.redis.folder)
  const frames = typedFrames(samples + 200)
  const saved: number[] = []
  const synced: number[] = []
  for (const [index, frame] of frames.entries()) {
    const start = performance.now()
    client.send(frame, 1)
    await heard.until('for an update to be saved', () => client.saved === client.sent)
    if (index >= 200) saved.push(performance.now() - start)
    const sync = disk.measure()
    if (index >= 200) synced.push(sync)
  }
  client.destroy()
  return [
    ...timeMeasures('single update until saved, idle', saved, 5),
    ...timeMeasures('4 KiB and fdatasync alone', synced),
  ]
}

/** Sends in turn at a fixed rate: a client's latency counts from the moment at which its updates were due. */
async function typeTogether(cluster: Cluster, load: Load): Promise<Measure[]> {
  const perClient = Math.ceil((load.rate * (load.seconds + warmUp / 1000 + 1)) / load.documents)
  const bursts = inBursts(typedFrames(perClient), load.burst)
  const typists = await openTypists(cluster, load.documents, bursts)
  const start = performance.now()
  const perMillisecond = load.rate / load.burst / 1000
  let sent = 0
  let counting: Counting | undefined
  for (let elapsed = 0; elapsed < warmUp + load.seconds * 1000; elapsed = performance.now() - start) {
    if (counting === undefined && elapsed >= warmUp) {
      for (const typist of typists) typist.latencies = []
      counting = new Counting(typists, cluster)
    }
    for (const due = elapsed * perMillisecond; sent < due; sent++) {
      typists[sent % typists.length]?.type(start + sent / perMillisecond)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const measures = counting?.measures() ?? []
  for (const typist of typists) typist.client.destroy()
  return measures
}

/** What was saved, and at what cost, from now on. */
class Counting {
  readonly #typists: readonly Typist[]
  readonly #cpu: CpuSplit
  readonly #before: number
  readonly #start = performance.now()

  constructor(typists: readonly Typist[], cluster: Cluster) {
    this.#typists = typists
    this.#before = this.#saved()
    this.#cpu = new CpuSplit({ 'the node': cluster.node(0).pid, Redis: cluster.redisPid, 'the load': process.pid })
  }

  measures(): Measure[] {
    const seconds = (performance.now() - this.#start) / 1000
    const latencies = this.#typists.flatMap((typist) => typist.latencies)
    return [
      {
        name: 'updates saved',
        value: Math.round((this.#saved() - this.#before) / seconds),
        unit: '/s',
        goal: { atLeast: 50_000 },
      },
      ...timeMeasures('update until saved, under load', latencies, 25),
      ...this.#cpu.measures(),
    ]
  }

  #saved(): number {
    return this.#typists.reduce((sum, { client }) => sum + client.saved, 0)
  }
}

/** One client that types, and how long each burst took to be saved. */
class Typist {
  latencies: number[] = []
  readonly client: WireClient
  readonly #bursts: readonly Burst[]
  readonly #waiting: { readonly upTo: number; readonly due: number }[] = []
  #next = 0

  private constructor(client: WireClient, bursts: readonly Burst[]) {
    this.client = client
    this.#bursts = bursts
  }

  static async open(server: string, document: string, bursts: readonly Burst[]): Promise<Typist> {
    const client = await WireClient.open(server, document, { saved: (frames) => typist.#hear(frames) })
    const typist: Typist = new Typist(client, bursts)
    return typist
  }

  /** @param due when it should have been sent */
  type(due: number): void {
    const burst = this.#bursts[this.#next++]
    if (burst === undefined) return
    this.client.send(burst.frames, burst.count)
    this.#waiting.push({ upTo: this.client.sent, due })
  }

  #hear(saved: number): void {
    const now = performance.now()
    while (this.#waiting[0] !== undefined && this.#waiting[0].upTo <= saved) {
      const { due } = this.#waiting.shift() ?? { due: now }
      this.latencies.push(now - due)
    }
  }
}

async function openTypists(cluster: Cluster, documents: number, bursts: readonly Burst[]): Promise<Typist[]> {
  const typists: Typist[] = []
  for (let index = 0; index < documents; index++) {
    typists.push(await Typist.open(cluster.node(0).url, `together/${index}`, bursts))
  }
  return typists
}

/** Frames that go out in one write. */
interface Burst {
  readonly frames: Buffer
  readonly count: number
}

function inBursts(frames: readonly Buffer[], size: number): Burst[] {
  const bursts: Burst[] = []
  for (let start = 0; start < frames.length; start += size) {
    const some = frames.slice(start, start + size)
    bursts.push({ frames: Buffer.concat(some), count: some.length })
  }
  return bursts
}

/** The store's driver without sockets and rooms, where the node ran before. */
async function appendAlone(cluster: Cluster, placement: Placement, { documents }: Load): Promise<Measure[]> {
  const script = fileURLToPath(new URL('./append-alone.ts', import.meta.url))
  const [program, ...args] = [...placement.underServer, process.execPath]
  const child = fork(script, [cluster.redis.url, String(documents)], {
    execPath: program,
    execArgv: args,
  })
  const result = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('the driver ended before it had measured anything')))
  })
  if (!isAppends(result)) throw new Error('the driver did not say what it has done')
  const { perSecond, latencies } = result
  return [
    { name: 'the driver alone: appends of one update', value: Math.round(perSecond), unit: '/s' },
    ...timeMeasures(`the driver alone, ${documents} at once: append`, latencies),
  ]
}

function isAppends(value: unknown): value is { perSecond: number; latencies: number[] } {
  return typeof value === 'object' && value !== null && 'perSecond' in value && 'latencies' in value
}
