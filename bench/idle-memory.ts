/** What an idle, empty server takes: its resident memory once it no longer changes. Linux only, since it reads /proc. */
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startServer } from '../test/support/server-process.ts'
import { runCommand, UsageError } from './support/arguments.ts'
import { memoryOf } from './support/process-memory.ts'
import { printReport } from './support/report.ts'

const usage = `Usage: node bench/idle-memory.ts [options]
  --store sqlite:<folder>|memory:   SQLite in a temporary folder by default
  --json                            print JSON`

/** Settled: so many readings in a row, half a second apart, within one percent of each other; or half a minute is over. */
const settled = { readings: 6, apart: 500, within: 0.01, atMost: 60 }

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      store: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  if (!existsSync('/proc/self/smaps_rollup'))
    throw new UsageError('this reads /proc/<pid>/smaps_rollup: run it on Linux')
  await using server = await startServer({
    built: true,
    ...(values.store === undefined ? {} : { store: values.store }),
  })
  const readings = [residentMiB(server.pid)]
  while (!isSettled(readings) && readings.length < settled.atMost) {
    await setTimeout(settled.apart)
    readings.push(residentMiB(server.pid))
  }
  const measures = [
    { name: 'resident memory (VmRSS)', value: readings.at(-1) ?? 0, unit: 'MiB', goal: { below: 95.4 } },
    { name: 'its proportional share (PSS)', value: memoryOf(server.pid, 'smaps_rollup', 'Pss'), unit: 'MiB' },
    { name: 'largest so far (VmHWM)', value: memoryOf(server.pid, 'status', 'VmHWM'), unit: 'MiB' },
    { name: 'time until it settled', value: ((readings.length - 1) * settled.apart) / 1000, unit: 's' },
  ]
  return printReport({ title: 'An idle, empty server (100 MB are 95.4 MiB)', measures }, values.json)
})

function isSettled(readings: readonly number[]): boolean {
  const last = readings.slice(-settled.readings)
  return last.length === settled.readings && Math.max(...last) - Math.min(...last) <= settled.within * Math.max(...last)
}

function residentMiB(pid: number): number {
  return memoryOf(pid, 'status', 'VmRSS')
}
