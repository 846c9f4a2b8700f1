import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpuOf } from '../support/process-cpu.ts'

/**
 * CPU time of all threads of a process, in milliseconds: the scheduler's own account, which is exact, where the kernel keeps one,
 * and hundredths of a second otherwise. Without /proc there is none, and 0.
 */
export function cpuMilliseconds(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    const sum = nanoseconds.reduce((total, part) => total + part, 0) / 1e6
    return sum > 0 ? sum : (cpuOf(pid) ?? 0)
  } catch {
    return cpuOf(pid) ?? 0
  }
}

/** Resident memory of a process in KiB, now or the most so far. */
export function residentKiB(pid: number, which: 'now' | 'peak' = 'now'): number {
  const field = which === 'now' ? 'VmRSS' : 'VmHWM'
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Makes {@link residentKiB} measure the most from now on, where the kernel lets us. */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // The peak then is that of the whole life.
  }
}
