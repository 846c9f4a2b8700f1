import type { RunningSystem, System } from './system.ts'

/** What one case found, by the name of what was measured. */
export type Found = Readonly<Record<string, number>>

/** How large and how long. */
export interface WorkloadOptions {
  /** How long each case is measured, in milliseconds. */
  readonly duration: number
}

/** One thing that is measured of a case. */
export interface Metric {
  readonly name: string
  readonly unit: string
  /** Which is better. */
  readonly better: 'less' | 'more'
}

/** One case of a workload: it runs in a document of its own on a server that may have run others before. */
export interface Case {
  readonly name: string
  readonly run: (system: System, running: RunningSystem, options: WorkloadOptions) => Promise<Found>
  /** Whether it says anything of a system; all, unless told otherwise. */
  readonly appliesTo?: (system: System) => boolean
  /** Whether it needs a server that nothing else ran on. */
  readonly alone?: boolean
}

/** A workload of docs/benchmarks.md. */
export interface Workload {
  /** `W1` and so on. */
  readonly id: string
  readonly title: string
  readonly metrics: readonly Metric[]
  /** Brings a server that was just started to where it is measured. */
  readonly warmUp?: (system: System, running: RunningSystem) => Promise<void>
  /** The systems that it compares, where those are not the usual ones. */
  readonly systems?: readonly System[]
  readonly cases: readonly Case[]
}

/**
 * How long a case runs before anything of it is counted, in milliseconds: as long as it is measured, and never too short for the
 * most of a server's code to be compiled, which otherwise counts as its cost.
 */
export function warmUpOf({ duration }: WorkloadOptions): number {
  return Math.max(1500, duration)
}

/** A document id for a case. */
export function documentNamed(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase()
}
