/** Redis as `fsync` needs it, and the nodes around it: all of them the real processes. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { type ServerProcess, startServer } from '../../test/support/server-process.ts'
import { cpuOf, waitOf } from '../support/process-cpu.ts'
import type { Measure } from '../support/report.ts'
import type { Placement } from '../support/placement.ts'

const loopWatch = fileURLToPath(new URL('./loop-watch.ts', import.meta.url))

/** What a cluster is started with. */
export interface ClusterOptions {
  readonly nodes: number
  readonly placement: Placement
  /** More flags of every node. */
  readonly args?: readonly string[]
  /** Whether nodes say, when they get SIGUSR2, how long their event loops stood still (`loop-watch.ts`). */
  readonly watchLoops?: boolean
}

/** A Redis and its nodes; `await using` it. */
export class Cluster implements AsyncDisposable {
  readonly redis: RedisServer
  readonly nodes: readonly ServerProcess[]
  readonly redisPid: number

  private constructor(redis: RedisServer, nodes: readonly ServerProcess[], redisPid: number) {
    this.redis = redis
    this.nodes = nodes
    this.redisPid = redisPid
  }

  static async start({ nodes, placement, args = [], watchLoops = false }: ClusterOptions): Promise<Cluster> {
    const redis = await RedisServer.start(...durableSettings)
    const file = stallFileIn(redis)
    const env = watchLoops ? { NODE_OPTIONS: `--import=${loopWatch}`, LOOP_WATCH_FILE: file } : {}
    try {
      const started = await Promise.all(
        Array.from({ length: nodes }, () =>
          startServer({
            built: true,
            command: 'serve',
            store: redis.url,
            under: placement.underServer,
            args: ['--anonymous', 'write', ...args],
            env,
          }),
        ),
      )
      const pid = /process_id:(\d+)/.exec(await redis.client.info('server'))?.[1]
      return new Cluster(redis, started, Number(pid))
    } catch (error) {
      await redis[Symbol.asyncDispose]()
      throw error
    }
  }

  /** One of the nodes. */
  node(index: number): ServerProcess {
    const node = this.nodes[index]
    if (node === undefined) throw new RangeError(`there is no node ${index}`)
    return node
  }

  /** Where a node writes how long its event loop stood still. */
  get stallFile(): string {
    return stallFileIn(this.redis)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()))
    await this.redis[Symbol.asyncDispose]()
  }
}

function stallFileIn(redis: RedisServer): string {
  return join(redis.folder, 'longest-stall.txt')
}

/** What cores processes have and lack, from now on. */
export class CpuSplit {
  readonly #pids: readonly (readonly [name: string, pid: number])[]
  readonly #before: readonly Times[]
  readonly #start = performance.now()

  constructor(pids: Readonly<Record<string, number>>) {
    this.#pids = Object.entries(pids)
    this.#before = this.#pids.map(([, pid]) => timesOf(pid))
  }

  /** What share of a core each has taken since, and had to wait for. @param goal what each should take at most, in percent */
  measures(goal?: number): Measure[] {
    const elapsed = performance.now() - this.#start
    return this.#pids.flatMap(([name, pid], index) => {
      const { cpu, wait } = timesOf(pid)
      const before = this.#before[index] ?? { cpu, wait }
      const taken = { name: `CPU of ${name}`, value: (100 * (cpu - before.cpu)) / elapsed, unit: '% core' }
      const waited = {
        name: `${name} waited for a core`,
        value: (100 * (wait - before.wait)) / elapsed,
        unit: '% time',
      }
      return [goal === undefined ? taken : { ...taken, goal: { below: goal } }, waited]
    })
  }
}

interface Times {
  readonly cpu: number
  readonly wait: number
}

function timesOf(pid: number): Times {
  return { cpu: cpuOf(pid) ?? Number.NaN, wait: waitOf(pid) ?? Number.NaN }
}
