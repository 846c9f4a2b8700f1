import { execFileSync, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** The core of the server, and that of the load. */
const cores = { server: '0', load: '1' } as const

/** Whether server and load can have a core each: it takes two cores and Linux's `taskset`. */
export const canPin: boolean =
  process.platform === 'linux' && availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** What a server's command is run under. */
export const serverPrefix: readonly string[] = canPin ? ['taskset', '-c', cores.server] : []

/** Moves a running process and its threads to a core. */
export function pin(pid: number, to: keyof typeof cores): void {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', cores[to], String(pid)], { stdio: 'ignore' })
}
