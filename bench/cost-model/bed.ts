import { setTimeout } from 'node:timers/promises'
import { Cluster } from '../nodes/cluster.ts'
import type { Placement } from '../support/placement.ts'
import type { WireClient } from '../nodes/wire-client.ts'
import { residentKiB } from '../peers/process-usage.ts'
import { cpuOf } from '../support/process-cpu.ts'
import { closeClients, evenly, openClients, writtenFrames } from './crowd.ts'

/** CPU that was taken over a while, in microseconds. */
export interface Usage {
  /** Of each node. */
  readonly nodes: readonly number[]
  readonly redis: number
  /** How long it was, in seconds. */
  readonly seconds: number
}

/** For garbage to be collected, documents to be closed and memory to be given back, in milliseconds. */
const settling = 4_000

/** How long the last update may take to be saved, in milliseconds: a connection that is lost would be waited for for ever. */
const patience = 60_000

/**
 * Nodes around a Redis on which one thing is measured. CPU is the processes' own account, so that a machine which is busy with other
 * work changes it little.
 */
export class Bed implements AsyncDisposable {
  readonly cluster: Cluster
  readonly #seconds: number
  #names = 0
  /** What the processes take that do nothing. */
  #idle: Usage = { nodes: [], redis: 0, seconds: 1 }

  private constructor(cluster: Cluster, seconds: number) {
    this.cluster = cluster
    this.#seconds = seconds
  }

  /**
   * Starts one that is warm: what is compiled once, and grows once, has.
   *
   * @param seconds how long a step lasts
   */
  static async start(nodes: number, placement: Placement, seconds: number): Promise<Bed> {
    const args = ['--empty-room-grace', '1000']
    const bed = new Bed(await Cluster.start({ nodes, placement, args }), seconds)
    for (let node = 0; node < nodes; node++) {
      const clients = await openClients(bed.url(node), 200, bed.each())
      await bed.send(clients, writtenFrames(4, 1))
      await closeClients(clients)
    }
    // Until what was written has been compacted and unloaded, too.
    await setTimeout(3 * settling)
    bed.#idle = await bed.usage(() => setTimeout(2_000 * seconds))
    return bed
  }

  get seconds(): number {
    return this.#seconds
  }

  get idle(): Usage {
    return this.#idle
  }

  url(node = 0): string {
    return this.cluster.node(node).url
  }

  /** A new document. */
  one(): () => string {
    const name = `one/${this.#names++}`
    return () => name
  }

  /** Many new documents. */
  each(): (index: number) => string {
    const name = `each/${this.#names++}`
    return (index) => `${name}/${index}`
  }

  /** What the processes take while something is done. */
  async usage(work: () => Promise<unknown>): Promise<Usage> {
    const pids = [...this.cluster.nodes.map(({ pid }) => pid), this.cluster.redisPid]
    const before = pids.map(cpuMicroseconds)
    const start = performance.now()
    await work()
    const taken = pids.map((pid, index) => cpuMicroseconds(pid) - (before[index] ?? 0))
    return { nodes: taken.slice(0, -1), redis: taken.at(-1) ?? 0, seconds: (performance.now() - start) / 1000 }
  }

  /** The same, without what they take that do nothing. */
  async beyondIdle(work: () => Promise<unknown>): Promise<Usage> {
    const { nodes, redis, seconds } = await this.usage(work)
    const times = seconds / this.#idle.seconds
    return {
      nodes: nodes.map((cpu, index) => cpu - (this.#idle.nodes[index] ?? 0) * times),
      redis: redis - this.#idle.redis * times,
      seconds,
    }
  }

  /** Resident memory of the first node in KiB, when it has come to rest. */
  async memory(): Promise<number> {
    await setTimeout(settling)
    return residentKiB(this.cluster.node(0).pid)
  }

  /** What Redis says that its data take, in KiB. */
  async redisMemory(): Promise<number> {
    const text = await this.cluster.redis.client.info('memory')
    return Number(/used_memory_dataset:(\d+)/.exec(text)?.[1]) / 1024
  }

  /** Each sends all frames, evenly, two a second; one alone takes the time of a step. Resolves when all are saved. @throws Error where one is not */
  async send(clients: readonly WireClient[], frames: readonly Buffer[]): Promise<void> {
    const seconds = clients.length > 1 ? Math.max(1, frames.length / 2) : this.#seconds
    await evenly((clients.length * frames.length) / seconds, seconds, (turn) => {
      const frame = frames[Math.floor(turn / clients.length)]
      if (frame !== undefined) clients[turn % clients.length]?.send(frame, 1)
    })
    const end = performance.now() + patience
    while (clients.some(({ sent, saved }) => saved < sent)) {
      if (performance.now() > end) throw new Error('an update was not saved within a minute: was a connection lost?')
      await setTimeout(10)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]()
  }
}

/** CPU that a process has taken, with that of threads which have ended: those that compact come and go. */
export function cpuMicroseconds(pid: number): number {
  return (cpuOf(pid) ?? Number.NaN) * 1000
}
