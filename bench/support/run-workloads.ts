import { parseArgs } from 'node:util'
import { runCommand, UsageError, wholeNumber } from './arguments.ts'
import { placeProcesses } from './placement.ts'
import { printReport } from './report.ts'
import type { Workload } from './workload.ts'

/**
 * A command of several workloads: runs those that its arguments name, or all of them, one after the other.
 *
 * @param command how it is called, for its usage
 */
export async function runWorkloads(command: string, workloads: readonly Workload[]): Promise<void> {
  await runCommand(async () => {
    const options = workloads.flatMap((workload) => Object.keys(workload.options))
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...Object.fromEntries(options.map((option) => [option, { type: 'string' } as const])),
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    if (values.help === true) {
      console.log(usage(command, workloads))
      return true
    }
    const chosen = positionals.length === 0 ? workloads : positionals.map((name) => named(workloads, name))
    const placement = placeProcesses()
    const given = new Map<string, unknown>(Object.entries(values))
    let passed = true
    for (const workload of chosen) {
      const report = await workload.run((option) => sizeOf(workload, option, given.get(option)), placement)
      passed = printReport(report, values.json === true) && passed
    }
    return passed
  })
}

function usage(command: string, workloads: readonly Workload[]): string {
  return [
    `Usage: ${command} [workload ...] [options]     every workload where none is named`,
    ...workloads.flatMap(({ name, summary, options }) => [
      `  ${name}: ${summary}`,
      ...Object.entries(options).map(([option, { initial, help }]) => `    --${option} <n>  ${help} (${initial})`),
    ]),
    '  --json  print one line of JSON for each workload',
  ].join('\n')
}

function named(workloads: readonly Workload[], name: string): Workload {
  const workload = workloads.find((candidate) => candidate.name === name)
  if (workload !== undefined) return workload
  throw new UsageError(`there is no workload ${name}: ${workloads.map((candidate) => candidate.name).join(', ')}`)
}

function sizeOf({ name, options }: Workload, option: string, given: unknown): number {
  const declared = options[option]
  if (declared === undefined) throw new RangeError(`${name} has no option ${option}`)
  return typeof given === 'string' ? wholeNumber(option, given, 1) : declared.initial
}
