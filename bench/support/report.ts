/** One number that a benchmark found. */
export interface Measure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it should be, as a bound on `value`. */
  readonly goal?: { readonly atLeast: number } | { readonly below: number }
}

/** One thing that has to hold. */
export interface Check {
  readonly name: string
  readonly passed: boolean
}

/** All that a benchmark has to say. */
export interface Report {
  readonly title: string
  readonly measures: readonly Measure[]
  readonly checks?: readonly Check[]
}

/**
 * Prints a report, as a table for people or as one JSON object for programs.
 *
 * @returns whether every check passed; a goal that was missed is shown but is no failure, since it depends on the machine
 */
export function printReport(report: Report, json: boolean): boolean {
  const { title, measures, checks = [] } = report
  console.log(
    json ? JSON.stringify({ title, measures, checks }) : [title, ...table(measures), ...lines(checks)].join('\n'),
  )
  return checks.every(({ passed }) => passed)
}

function lines(checks: readonly Check[]): string[] {
  return checks.map(({ name, passed }) => `${passed ? 'PASS' : 'FAIL'} ${name}`)
}

function table(measures: readonly Measure[]): string[] {
  const rows = measures.map(
    (measure) => [measure.name, amount(measure.value), measure.unit, goalText(measure)] as const,
  )
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map(([name, value, unit, goal]) => {
    const cells = [name.padEnd(widths[0] ?? 0), value.padStart(widths[1] ?? 0), unit.padEnd(8), goal]
    return `  ${cells.join('  ').trimEnd()}`
  })
}

function goalText({ value, goal }: Measure): string {
  if (goal === undefined) return ''
  if ('below' in goal) return `${value < goal.below ? 'met' : 'MISSED'}: goal below ${amount(goal.below)}`
  return `${value >= goal.atLeast ? 'met' : 'MISSED'}: goal at least ${amount(goal.atLeast)}`
}

function amount(value: number): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
