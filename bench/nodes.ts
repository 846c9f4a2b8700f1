/** Several nodes around one Redis, measured: all of it in one run, or the workloads that are named. */
import { parseArgs } from 'node:util'
import { append } from './nodes/append.ts'
import { compaction } from './nodes/compaction.ts'
import { drain } from './nodes/drain.ts'
import { firstByte } from './nodes/first-byte.ts'
import { idleDocuments } from './nodes/idle-documents.ts'
import { nodeLoss } from './nodes/node-loss.ts'
import { placeProcesses } from './nodes/placement.ts'
import { relay } from './nodes/relay.ts'
import type { Workload } from './nodes/workload.ts'
import { runCommand, UsageError, wholeNumber } from './support/arguments.ts'
import { printReport } from './support/report.ts'

const workloads: readonly Workload[] = [append, relay, idleDocuments, firstByte, nodeLoss, compaction, drain]

const usage = [
  'Usage: node bench/nodes.ts [workload ...] [options]     every workload where none is named',
  ...workloads.flatMap(({ name, summary, options }) => [
    `  ${name}: ${summary}`,
    ...Object.entries(options).map(([option, { initial, help }]) => `    --${option} <n>  ${help} (${initial})`),
  ]),
  '  --json  print one line of JSON for each workload',
].join('\n')

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
    console.log(usage)
    return true
  }
  const chosen = positionals.length === 0 ? workloads : positionals.map(named)
  const placement = placeProcesses()
  const given = new Map<string, unknown>(Object.entries(values))
  let passed = true
  for (const workload of chosen) {
    const report = await workload.run((option) => sizeOf(workload, option, given.get(option)), placement)
    passed = printReport(report, values.json === true) && passed
  }
  return passed
})

function named(name: string): Workload {
  const workload = workloads.find((candidate) => candidate.name === name)
  if (workload !== undefined) return workload
  throw new UsageError(`there is no workload ${name}: ${workloads.map((candidate) => candidate.name).join(', ')}`)
}

function sizeOf({ name, options }: Workload, option: string, given: unknown): number {
  const declared = options[option]
  if (declared === undefined) throw new RangeError(`${name} has no option ${option}`)
  return typeof given === 'string' ? wholeNumber(option, given, 1) : declared.initial
}
