/** Measures what the cost model of docs/scaling.md is made of. How to read it: README.md. */
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { constantMeanings, constantNames } from './cost-model/constants.ts'
import { measureConstants } from './cost-model/measure.ts'
import { placeProcesses } from './support/placement.ts'
import { runCommand, UsageError, wholeNumber } from './support/arguments.ts'

const usage = `Usage: node bench/cost-model.ts [options]
  --seconds <n>  how long a step lasts (6)
  --out <file>   writes the constants as JSON, for node bench/scaling.ts`

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '6' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  if (!existsSync('/proc/self/schedstat')) throw new UsageError('this reads /proc/<pid>/schedstat: run it on Linux')
  const seconds = wholeNumber('seconds', values.seconds, 1)
  const measured = await measureConstants(placeProcesses(), seconds, (step) => console.error(`${step} …`))
  for (const name of constantNames) {
    const [unit, meaning] = constantMeanings[name]
    console.log(`${name.padEnd(22)} ${measured.constants[name].toFixed(2).padStart(10)} ${unit.padEnd(5)} ${meaning}`)
  }
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(measured, null, 2)}\n`)
  return true
})
