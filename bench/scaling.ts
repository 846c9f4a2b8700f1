/** What the cost model says: the tables of docs/scaling.md. How to read it: there. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readMeasured } from './cost-model/constants.ts'
import { scalingSections } from './scaling/sections.ts'
import { runCommand } from './support/arguments.ts'
import { filled } from './support/page-section.ts'

const page = fileURLToPath(new URL('../docs/scaling.md', import.meta.url))
const recorded = fileURLToPath(new URL('../docs/scaling/constants.json', import.meta.url))

const usage = `Usage: node bench/scaling.ts [options]
  --constants <file>  what node bench/cost-model.ts --out <file> wrote (docs/scaling/constants.json)
  --write             puts the tables into docs/scaling.md instead of printing them`

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      constants: { type: 'string', default: recorded },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const sections = Object.entries(scalingSections(readMeasured(values.constants)))
  if (!values.write) {
    for (const [name, text] of sections) console.log(`${name}\n\n${text}\n`)
    return true
  }
  let text = readFileSync(page, 'utf8')
  for (const [name, content] of sections) text = filled(page, text, name, content)
  writeFileSync(page, text)
  return await Promise.resolve(true)
})
