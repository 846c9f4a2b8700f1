/** Runs seeds of the checker by hand: run-chaos.ts. */
import { parseArgs } from 'node:util'
import { oneOf, runCommand, wholeNumber } from '../../bench/support/arguments.ts'
import { describeOutcome, runChaos } from './run-chaos.ts'
import { durabilities, topologyNames } from './schedule.ts'

const usage = `Usage: node test/chaos/run.ts [options]
  --seed <n>           the first seed (drawn, and printed)
  --runs <n>           how many seeds, one after another (1)
  --durability <name>  ${durabilities.join(', ')} (fsync)
  --topology <name>    ${topologyNames.join(', ')} (single; pair for replicas:1)
  --nodes <n>          how many nodes (3)
  --nodes-last         no node is killed and none forgets a document: nothing may be lost, at memory too
  --seconds <n>        how long faults are inflicted (20)`

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.trunc(Math.random() * 0x7fffffff)) },
      runs: { type: 'string', default: '1' },
      durability: { type: 'string', default: 'fsync' },
      topology: { type: 'string' },
      nodes: { type: 'string', default: '3' },
      'nodes-last': { type: 'boolean', default: false },
      seconds: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const durability = oneOf('durability', values.durability, durabilities)
  const usual = durability === 'replicas:1' ? 'pair' : 'single'
  const topology = oneOf('topology', values.topology ?? usual, topologyNames)
  const seconds = wholeNumber('seconds', values.seconds, 1)
  const nodes = wholeNumber('nodes', values.nodes, 1)
  const first = wholeNumber('seed', values.seed)
  let passed = true
  for (let seed = first; seed < first + wholeNumber('runs', values.runs, 1); seed++) {
    const plan = { seed, durability, topology, nodes, nodesLast: values['nodes-last'], seconds }
    const outcome = await runChaos(plan)
    console.log(describeOutcome(plan, outcome))
    passed &&= outcome.violations.length === 0
  }
  return passed
})
