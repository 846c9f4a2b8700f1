/**
 * Loaded into a node with `--import`: at SIGUSR2 it writes to the file that `LOOP_WATCH_FILE` names how long the event loop has
 * stood still at most since the last time, in milliseconds. The histogram is Node's own and is kept outside of JavaScript.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const file = process.env['LOOP_WATCH_FILE']

// Threads of the node load this too, and have loops of their own that nobody waits for.
if (isMainThread && file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  process.on('SIGUSR2', () => {
    writeFileSync(`${file}.new`, String(delays.max / 1e6))
    renameSync(`${file}.new`, file)
    delays.reset()
  })
}
