import { cpuMilliseconds, residentKiB } from './process-usage.ts'
import type { RunningSystem } from './system.ts'

/** What was used since a {@link Meter} was made. Times are milliseconds. */
export interface Usage {
  readonly elapsed: number
  /** The server's, all threads. */
  readonly serverCpu: number
  /** That of the processes beside it. */
  readonly helperCpu: number
  /** The load's own: where it is near the time that passed, the load was the limit. */
  readonly loadCpu: number
}

/** Reads the processes' own accounts before and after. */
export class Meter {
  readonly #system: RunningSystem
  readonly #begun = performance.now()
  readonly #server: number
  readonly #helpers: number
  readonly #load = process.cpuUsage()

  constructor(system: RunningSystem) {
    this.#system = system
    this.#server = cpuMilliseconds(system.pid)
    this.#helpers = sum(system.helpers.map(cpuMilliseconds))
  }

  read(): Usage {
    const { user, system } = process.cpuUsage(this.#load)
    return {
      elapsed: performance.now() - this.#begun,
      serverCpu: cpuMilliseconds(this.#system.pid) - this.#server,
      helperCpu: sum(this.#system.helpers.map(cpuMilliseconds)) - this.#helpers,
      loadCpu: (user + system) / 1000,
    }
  }

  /** The server's resident memory in MiB. */
  get residentMiB(): number {
    return residentKiB(this.#system.pid) / 1024
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
