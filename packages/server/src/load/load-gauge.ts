import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

/** What a process can say of how loaded it is. */
export interface LoadReading {
  /** By how much the event loop was late since the last reading, on average, in milliseconds. */
  readonly delay: number
  /** How much of the memory it may have it uses, from 0 to 1. */
  readonly memory: number
}

/** Where readings come from. */
export interface LoadGauge {
  read(): LoadReading
  close(): void
}

/** How often the loop is looked at, in milliseconds. */
const resolution = 20

/** Cgroups say a number beyond any machine where there is no limit. */
const noLimit = 2 ** 60

/** This process. */
export class ProcessLoadGauge implements LoadGauge {
  readonly #delays = monitorEventLoopDelay({ resolution })
  readonly #processes: number

  /** @param processes how many like this one share the memory that they may have */
  constructor(processes: number = 1) {
    this.#processes = processes
    this.#delays.enable()
  }

  read(): LoadReading {
    // Of a loop that was not late the histogram says its resolution, and of one that had no turn nothing at all.
    const { count, mean } = this.#delays
    const delay = count === 0 ? 0 : Math.max(0, mean / 1e6 - resolution)
    this.#delays.reset()
    return { delay, memory: usedMemory(this.#processes) }
  }

  close(): void {
    this.#delays.disable()
  }
}

function usedMemory(processes: number): number {
  const { used_heap_size: used, heap_size_limit: heap } = getHeapStatistics()
  const most = process.constrainedMemory()
  const ofMachine = most > 0 && most < noLimit ? process.memoryUsage.rss() / (most / processes) : 0
  return Math.max(used / heap, ofMachine)
}
