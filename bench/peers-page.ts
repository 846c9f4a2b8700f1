/** Puts a run's tables and plots into docs/benchmarks.md, whose words are written by hand. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { barChart } from './peers/page/bar-chart.ts'
import { goalRow, goals } from './peers/page/goals.ts'
import { readResults, type Results } from './peers/results.ts'
import { amount, markdownTable, workloadTable } from './peers/tables.ts'
import { allWorkloads } from './peers/workloads/all.ts'
import type { Workload } from './peers/workload.ts'
import { runCommand, UsageError } from './support/arguments.ts'
import { filled } from './support/page-section.ts'

const usage = `Usage: node bench/peers-page.ts [results]
  [results]   what node bench/peers.ts --out <file> wrote (docs/benchmarks/results.json)`

const page = 'docs/benchmarks.md'
const folder = 'docs/benchmarks'

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  if (positionals.length > 1) throw new UsageError(usage)
  const results = readResults(positionals[0] ?? `${folder}/results.json`)
  mkdirSync(folder, { recursive: true })
  let text = readFileSync(page, 'utf8')
  text = filled(page, text, 'machine', machineText(results))
  const rows = goals.flatMap((goal) => {
    const row = goalRow(goal, results.workloads)
    return row === undefined ? [] : [row]
  })
  text = filled(page, text, 'goals', markdownTable(['', 'case', 'measured', 'goal', 'found', ''], rows))
  for (const workload of allWorkloads) {
    const found = results.workloads[workload.id]
    if (found !== undefined) text = filled(page, text, workload.id, section(workload, found))
  }
  writeFileSync(page, text)
  return await Promise.resolve(true)
})

function machineText({ machine, rounds, seconds }: Results): string {
  const pinned = machine.pinned ? 'server and load on a core each' : 'server and load share its cores'
  return `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${pinned}; ${rounds} rounds, ${seconds} s a case.`
}

/** The plot of a workload's first metric, and its tables. */
function section(workload: Workload, found: Results['workloads'][string]): string {
  const [metric] = workload.metrics
  if (metric === undefined) return workloadTable(workload, found)
  const groups = Object.entries(found).map(([name, systems]) => ({
    name,
    bars: Object.entries(systems).flatMap(([system, row]) => {
      const spread = typeof row === 'string' ? undefined : row[metric.name]
      return spread === undefined
        ? []
        : [{ name: system, ...spread, value: spread.median, text: amount(spread.median) }]
    }),
  }))
  const unit = metric.unit === '' ? '' : `, ${metric.unit}`
  const title = `${workload.id}: ${metric.name}${unit} (${metric.better} is better)`
  const file = `${workload.id.toLowerCase()}.svg`
  writeFileSync(
    `${folder}/${file}`,
    barChart(
      title,
      groups.filter(({ bars }) => bars.length > 0),
    ),
  )
  return `![${title}](benchmarks/${file})\n\n${workloadTable(workload, found)}`
}
