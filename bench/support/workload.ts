import type { Report } from './report.ts'
import type { Placement } from './placement.ts'

/** An option of a workload: a whole number from 1. */
export interface SizeOption {
  readonly initial: number
  readonly help: string
}

/** One thing to measure. */
export interface Workload {
  readonly name: string
  readonly summary: string
  readonly options: Readonly<Record<string, SizeOption>>
  /** @param size what was given for an option of this workload, or what it is by itself */
  readonly run: (size: (option: string) => number, placement: Placement) => Promise<Report>
}
