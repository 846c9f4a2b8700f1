/** What all commands that compare systems have in common: their options, their tables and their JSON. */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { runCommand, wholeNumber } from '../support/arguments.ts'
import { canPin, pin } from './pinning.ts'
import type { Results } from './results.ts'
import { type RunOptions, runWorkload, type WorkloadResults } from './run.ts'
import { allSystems, systemsNamed } from './systems.ts'
import { workloadTable } from './tables.ts'
import type { Workload } from './workload.ts'

/** How long and how often, unless told otherwise. */
export interface Sizes {
  readonly rounds: number
  readonly seconds: number
}

/** Runs some workloads as a command. */
export function runWorkloads(file: string, workloads: readonly Workload[], sizes: Sizes): Promise<void> {
  return runCommand(async () => {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: String(sizes.rounds) },
        seconds: { type: 'string', default: String(sizes.seconds) },
        systems: { type: 'string' },
        only: { type: 'string' },
        out: { type: 'string' },
        profile: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(usage(file, sizes))
      return true
    }
    const systems = allSystems(values.profile)
    const options: RunOptions = {
      rounds: wholeNumber('rounds', values.rounds, 1),
      duration: wholeNumber('seconds', values.seconds, 1) * 1000,
      systems: values.systems === undefined ? systems : systemsNamed(values.systems, systems),
      ...(values.only === undefined ? {} : { only: values.only }),
      log: (line) => console.error(line),
    }
    pin(process.pid, 'load')
    const found: Record<string, WorkloadResults> = {}
    const results: Results = {
      machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, pinned: canPin },
      rounds: options.rounds,
      seconds: options.duration / 1000,
      workloads: found,
    }
    for (const workload of workloads) {
      found[workload.id] = await runWorkload(workload, options)
      if (!values.json) console.log(workloadTable(workload, found[workload.id] ?? {}))
      // After each, so that a run that is ended early is not lost.
      if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`)
    }
    if (values.json) console.log(JSON.stringify(results))
    return Object.values(found).every(holds)
  })
}

/** Weft must not fail in any case; that a peer does is a result. */
function holds(results: WorkloadResults): boolean {
  return Object.values(results).every((systems) =>
    Object.entries(systems).every(([name, result]) => typeof result !== 'string' || !name.startsWith('weft')),
  )
}

function usage(file: string, { rounds, seconds }: Sizes): string {
  return `Usage: node bench/${file} [options]
  --rounds <n>         each starts every system once (${rounds})
  --seconds <n>        how long each case is measured (${seconds})
  --systems <a,b>      only these: ${allSystems()
    .map(({ name }) => name)
    .join(', ')}
  --only <text>        only the cases whose name contains it
  --out <file>         write the results there as JSON
  --profile <folder>   write Weft's CPU profiles there
  --json               print JSON`
}
