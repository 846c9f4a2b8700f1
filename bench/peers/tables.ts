import type { Spread, WorkloadResults } from './run.ts'
import type { Workload } from './workload.ts'

/** A workload's results for people to read: a Markdown table per case, a row per system. */
export function workloadTable(workload: Workload, results: WorkloadResults): string {
  const sections = Object.entries(results).map(([name, systems]) => {
    const rows = Object.entries(systems)
    // A metric that was never measured in this case, or was always zero, has no column.
    const metrics = workload.metrics.filter((metric) =>
      rows.some(([, row]) => typeof row !== 'string' && (row[metric.name]?.most ?? 0) !== 0),
    )
    const head = ['system', ...metrics.map(({ name, unit }) => (unit === '' ? name : `${name}, ${unit}`))]
    const lines = rows.map(([system, row]) => [
      system,
      ...(typeof row === 'string' ? [`failed: ${row}`] : metrics.map((metric) => cell(row[metric.name]))),
    ])
    return `### ${workload.id}: ${name}\n\n${markdownTable(head, lines)}`
  })
  return `${sections.join('\n\n')}\n`
}

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Three significant digits. */
export function amount(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

function cell(spread: Spread | undefined): string {
  if (spread === undefined) return ''
  const { median, least, most } = spread
  return least === most ? amount(median) : `${amount(median)} (${amount(least)} to ${amount(most)})`
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
