/** Rows as a table for people: a line each, below the names of its columns. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [columns, ...rows]
  const widths = columns.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

/** A time to the second, as ISO 8601. */
export function second(time: string | number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** A number of bytes for people. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1)
  const value = count / 1024 ** power
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`
}

/** A text of people's without what would change more than its line on a terminal. */
export function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
