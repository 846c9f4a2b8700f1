import { readFileSync } from 'node:fs'

/** A line `<field>: <n> kB` of a file of a process under /proc, in MiB. */
export function memoryOf(pid: number, file: 'status' | 'smaps_rollup', field: string): number {
  const text = readFileSync(`/proc/${pid}/${file}`, 'utf8')
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/${file} has no ${field}`)
  return Number(kilobytes) / 1024
}
