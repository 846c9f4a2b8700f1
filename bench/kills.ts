/** Kills a busy server again and again and looks for edits that were told saved: kills/run-kills.ts. */
import { parseArgs } from 'node:util'
import { runKills } from './kills/run-kills.ts'
import { runCommand, wholeNumber } from './support/arguments.ts'
import { printReport } from './support/report.ts'

const usage = `Usage: node bench/kills.ts [options]
  --kills <n>       how many (100)
  --seed <n>        which run (drawn, and printed)
  --writers <n>     how many write at once (4)
  --documents <n>   over how many documents (2)
  --json            print JSON`

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(Math.trunc(Math.random() * 0x7fffffff)) },
      writers: { type: 'string', default: '4' },
      documents: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const options = {
    kills: wholeNumber('kills', values.kills, 1),
    seed: wholeNumber('seed', values.seed),
    writers: wholeNumber('writers', values.writers, 1),
    documents: wholeNumber('documents', values.documents, 1),
    editsPerKill: 2000,
  }
  console.error(`seed ${options.seed}`)
  const start = performance.now()
  const outcome = await runKills({ ...options, log: (line) => console.error(line) })
  for (const line of [...outcome.lost, ...outcome.unreadable]) console.error(line)
  const measures = [
    { name: 'kills', value: outcome.kills, unit: '' },
    { name: 'edits made', value: outcome.made, unit: '' },
    { name: 'edits told saved', value: outcome.saved, unit: '' },
    { name: 'comparisons of a saved edit', value: outcome.compared, unit: '' },
    { name: 'edits in flight when killed', value: outcome.inFlight, unit: '' },
    { name: 'saved edits lost', value: outcome.lost.length, unit: '', goal: { below: 1 } },
    { name: 'stores unreadable', value: outcome.unreadable.length, unit: '', goal: { below: 1 } },
    { name: 'time', value: (performance.now() - start) / 1000, unit: 's' },
  ]
  const checks = [
    { name: 'no edit that was told saved is lost', passed: outcome.lost.length === 0 },
    { name: 'the store can be read after every kill', passed: outcome.unreadable.length === 0 },
  ]
  return printReport({ title: `Kills of a busy server, seed ${options.seed}`, measures, checks }, values.json)
})
