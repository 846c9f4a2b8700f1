/**
 * What people feel while somebody overloads the server: how long an edit takes to its reader, in the offender's document and
 * elsewhere, first while the offender is there and behaves, then while it does not.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startServer } from '../test/support/server-process.ts'
import { offences, type OffenceName } from './overload/offences.ts'
import { Others } from './overload/others.ts'
import { oneOf, runCommand, wholeNumber } from './support/arguments.ts'
import { percentile } from './support/percentiles.ts'
import { type Measure, printReport } from './support/report.ts'

const usage = `Usage: node bench/overload.ts [options]
  --offence <name>   only this one: ${Object.keys(offences).join(', ')}
  --seconds <n>      how long each is measured (20)
  --json             print JSON`

const names = Object.keys(offences).filter((name): name is OffenceName => Object.hasOwn(offences, name))

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      offence: { type: 'string' },
      seconds: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const seconds = wholeNumber('seconds', values.seconds, 1)
  const chosen = values.offence === undefined ? names : [oneOf('offence', values.offence, names)]
  const measures: Measure[] = []
  for (const name of chosen) measures.push(...(await suffer(name, seconds * 1000)))
  return printReport({ title: 'Edits of others while somebody overloads the server', measures }, values.json)
})

async function suffer(name: OffenceName, milliseconds: number): Promise<Measure[]> {
  await using server = await startServer({ built: true, store: 'memory:' })
  const document = `overload/${name}`
  const others = new Others(server.webSocketUrl, document)
  await others.synced()
  const offender = fork(fileURLToPath(new URL('overload/offender.ts', import.meta.url)), [
    name,
    `${server.webSocketUrl}/sync/${document}`,
  ])
  try {
    await once(offender, 'message')
    // Whatever is compiled and grows at first is not what is measured.
    await others.measure(2_000)
    const quiet = await others.measure(milliseconds)
    const before = residentOf(server.pid)
    offender.send('offend')
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, residentOf(server.pid))), 100)
    const loaded = await others.measure(milliseconds)
    clearInterval(watch)
    return [
      ...compared(`${name}, same document`, quiet.same, loaded.same),
      ...compared(`${name}, elsewhere`, quiet.elsewhere, loaded.elsewhere),
      { name: `${name}, memory before`, value: before, unit: 'MiB' },
      { name: `${name}, memory at most`, value: most, unit: 'MiB' },
    ]
  } finally {
    offender.kill()
    others.destroy()
  }
}

function compared(name: string, quiet: readonly number[], loaded: readonly number[]): Measure[] {
  const bound = 2 * percentile(quiet, 99)
  return [
    { name: `${name}, quiet p50`, value: percentile(quiet, 50), unit: 'ms' },
    { name: `${name}, quiet p99`, value: percentile(quiet, 99), unit: 'ms' },
    { name: `${name}, loaded p50`, value: percentile(loaded, 50), unit: 'ms' },
    { name: `${name}, loaded p99`, value: percentile(loaded, 99), unit: 'ms', goal: { below: bound } },
  ]
}

/** Resident memory in MiB; 0 where there is no /proc. */
function residentOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
