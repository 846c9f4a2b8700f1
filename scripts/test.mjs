/**
 * `npm test`: sets up what is missing, then runs every check. `npm test -- --stage unit` runs one, and what stands after
 * it goes to that stage's program. The last line printed is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { bringRealParts, realParts } from './real-parts.mjs'
import { runMain, setUp } from './set-up.mjs'
import { chooseStages } from './stages.mjs'
import { SetUpError } from './steps.mjs'
import { failuresIn, showTally, sumTallies, tallyReport } from './tally.mjs'
import { cacheFolder, root } from './workspace.mjs'

/** @typedef {import('./stages.mjs').Stage} Stage */
/** @typedef {import('./tally.mjs').Tally} Tally */

await runMain(async () => {
  const choice = chooseStages(process.argv.slice(2))
  if ('wrong' in choice) {
    console.error(choice.wrong)
    return 2
  }
  try {
    return await runStages(choice)
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error)
    console.log(showTally({ passed: 0, failed: 1 }))
    return 1
  }
})

/**
 * @param {{ chosen: readonly Stage[], rest: readonly string[] }} choice
 * @returns {Promise<number>} the exit code
 */
async function runStages(choice) {
  const toolchain = await setUp()
  const needs = new Set(choice.chosen.flatMap((stage) => stage.needs))
  const parts = await bringRealParts([...needs].map((name) => realParts[name]))
  const path = [join(root, 'node_modules/.bin'), toolchain.env.PATH].join(delimiter)
  const env = { ...toolchain.env, ...parts, PATH: path }

  // One stage's failure does not stop the ones after it: whoever waits for a run wants to know all that is wrong.
  const results = []
  for (const stage of choice.chosen) {
    console.log(`\n── ${stage.name}`)
    const begun = performance.now()
    const { tally, failures } = await runStage(stage, choice.rest, env)
    results.push({ name: stage.name, seconds: (performance.now() - begun) / 1000, tally, failures })
  }

  console.log('')
  for (const failure of results.flatMap(({ failures }) => failures)) console.log(`failed: ${failure}`)
  for (const { name, seconds, tally } of results) {
    console.log(`${name.padEnd(12)}${seconds.toFixed(1).padStart(7)} s   ${showTally(tally)}`)
  }
  const total = sumTallies(results.map((result) => result.tally))
  console.log(showTally(total))
  return total.failed === 0 ? 0 : 1
}

/**
 * @param {Stage} stage
 * @param {readonly string[]} rest
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ tally: Tally, failures: readonly string[] }>}
 */
async function runStage(stage, rest, env) {
  const report = join(cacheFolder, 'reports', `${stage.name}.json`)
  mkdirSync(join(cacheFolder, 'reports'), { recursive: true })
  // A report of an earlier run must not speak for one that crashed.
  rmSync(report, { force: true })
  const reporters =
    stage.kind === 'tests' ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : []
  let endedWell = true
  for (const [program, ...args] of stage.commands) {
    const passed = await run(program, [...args, ...reporters, ...rest], env)
    endedWell &&= passed
  }
  if (stage.kind === 'check') {
    return endedWell
      ? { tally: { passed: 1, failed: 0 }, failures: [] }
      : { tally: { passed: 0, failed: 1 }, failures: [stage.name] }
  }
  const text = readIfThere(report)
  return { tally: tallyReport(text, endedWell), failures: failuresIn(text) }
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} whether it ended well
 */
function run(program, args, env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
    const end = () => {
      child.kill('SIGTERM')
      process.exit(143)
    }
    process.once('SIGTERM', end)
    child.once('error', (error) => console.error(error.message))
    child.once('close', (code) => {
      process.off('SIGTERM', end)
      resolve(code === 0)
    })
  })
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
