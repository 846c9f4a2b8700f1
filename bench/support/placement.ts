/**
 * Where the processes of a benchmark run. Server and load would otherwise take turns on the same core, and what is measured
 * would be the scheduler.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Which core runs what. */
export interface Placement {
  /** A command to run servers under. */
  readonly underServer: readonly string[]
  /** A command to run a server under whose threads are to have cores of their own. */
  readonly underThreads: readonly string[]
  /** For the title of a report. */
  readonly text: string
}

/**
 * Puts this process, and with it the Redis and the threads that it starts, on one core, and servers on another, where the machine
 * has `taskset` and two cores.
 */
export function placeProcesses(): Placement {
  if (availableParallelism() < 2) return { underServer: [], underThreads: [], text: 'one core for everything' }
  const placed = spawnSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' })
  if (placed.status !== 0)
    return { underServer: [], underThreads: [], text: 'no taskset here: every process wherever the system put it' }
  return {
    underServer: ['taskset', '-c', '0'],
    underThreads: ['taskset', '-c', `0-${availableParallelism() - 1}`],
    text: 'servers on core 0, Redis and load on core 1',
  }
}
