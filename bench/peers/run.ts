/** Runs workloads on systems in rounds: each round starts every system once, so that what the machine does meanwhile meets all. */
import { percentile } from '../support/percentiles.ts'
import type { System } from './system.ts'
import type { Case, Found, Workload, WorkloadOptions } from './workload.ts'

/** What is run. */
export interface RunOptions extends WorkloadOptions {
  readonly rounds: number
  readonly systems: readonly System[]
  /** Only the cases whose name contains this. */
  readonly only?: string
  /** Hears one line per case. */
  readonly log: (line: string) => void
}

/** One number over the rounds. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Of a workload: by case, by system, by metric. A system that failed in a case has the reason instead. */
export type WorkloadResults = Record<string, Record<string, Record<string, Spread> | string>>

/** Runs a workload and returns medians and spread. */
export async function runWorkload(workload: Workload, options: RunOptions): Promise<WorkloadResults> {
  const found = new Map<string, Found[]>()
  const failed = new Map<string, string>()
  const cases = workload.cases.filter(({ name }) => options.only === undefined || name.includes(options.only))
  const systems = workload.systems ?? options.systems
  for (let round = 0; round < options.rounds; round++) {
    // Each round begins with another system, since the first may find the machine otherwise than the last.
    for (let place = 0; place < systems.length; place++) {
      const system = systems[(place + round) % systems.length]
      if (system === undefined) continue
      await runSystem(system, workload, cases, options, (one, result) => {
        const key = `${one.name}\n${system.name}`
        if (typeof result === 'string') failed.set(key, result)
        else found.set(key, [...(found.get(key) ?? []), result])
        options.log(`${workload.id} round ${round + 1} ${system.name}, ${one.name}: ${summary(result)}`)
      })
    }
  }
  const results: WorkloadResults = {}
  for (const { name } of cases) {
    results[name] = {}
    for (const system of systems) {
      const key = `${name}\n${system.name}`
      const rounds = found.get(key)
      const result = rounds === undefined ? failed.get(key) : spreads(rounds)
      if (result !== undefined) results[name][system.name] = result
    }
  }
  return results
}

async function runSystem(
  system: System,
  { warmUp }: Workload,
  cases: readonly Case[],
  options: WorkloadOptions,
  report: (one: Case, result: Found | string) => void,
): Promise<void> {
  const applying = cases.filter(({ appliesTo }) => appliesTo === undefined || appliesTo(system))
  const together = applying.filter(({ alone }) => alone !== true)
  const groups = [
    ...(together.length === 0 ? [] : [together]),
    ...applying.filter((one) => one.alone).map((one) => [one]),
  ]
  for (const group of groups) {
    const failure = await failureOf(async () => {
      await using running = await system.start()
      await system.check(running)
      await warmUp?.(system, running)
      for (const one of group) {
        const failed = await failureOf(async () => report(one, await one.run(system, running, options)))
        if (failed !== undefined) report(one, failed)
      }
    })
    if (failure !== undefined) for (const one of group) report(one, failure)
  }
}

async function failureOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function spreads(rounds: readonly Found[]): Record<string, Spread> {
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const values = rounds.map((round) => round[name] ?? 0)
      return [name, { median: percentile(values, 50), least: Math.min(...values), most: Math.max(...values) }]
    }),
  )
}

function summary(result: Found | string): string {
  if (typeof result === 'string') return `failed: ${result}`
  return Object.entries(result)
    .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
    .join(', ')
}
