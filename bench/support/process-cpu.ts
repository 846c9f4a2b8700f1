import { existsSync, readFileSync } from 'node:fs'

/** What the kernel counts times of processes in, on every Linux that Node runs on: hundredths of a second. */
const tickMilliseconds = 10

/** CPU time that a process and its threads have taken, in milliseconds; undefined where there is no /proc. */
export function cpuOf(pid: number): number | undefined {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  // The name in the second field may hold anything; the fields behind it begin with the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMilliseconds
}

/**
 * How long a process's main thread could have run and had no core, in milliseconds; undefined where Linux does not say. Where it is
 * more than a few percent of the time, what was measured is how busy the machine is.
 */
export function waitOf(pid: number): number | undefined {
  const file = `/proc/${pid}/schedstat`
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[1]) / 1e6 : undefined
}

/** CPU time that a process's main thread has taken, in milliseconds; undefined where there is no /proc. */
export function mainThreadCpuOf(pid: number): number | undefined {
  const file = `/proc/${pid}/task/${pid}/schedstat`
  if (!existsSync(file)) return undefined
  // Nanoseconds on a CPU, nanoseconds waiting for one, times on one.
  return Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6
}
