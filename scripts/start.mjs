/** `npm start`: sets up what is missing and runs `weft dev`. Arguments after `--` go to it. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { builtServer } from './builds.mjs'
import { runMain, setUp } from './set-up.mjs'
import { root } from './workspace.mjs'

await runMain(async () => {
  const { node, env } = await setUp()
  const main = join(root, builtServer)
  return runInForeground(node, [main, 'dev', ...process.argv.slice(2)], env)
})

/**
 * Runs a program in our place: it has our terminal, hears our signals, and its exit code is ours.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function runInForeground(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit' })
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => {
        // A terminal has sent Ctrl-C to the child already; a second one would cut its shutdown short.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
      })
    }
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
