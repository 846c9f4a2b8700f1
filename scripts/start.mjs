/** `npm start`: sets up what is missing and runs `weft dev`. Arguments after `--` go to it. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { builtServer, serverFlags } from './builds.mjs'
import { runMain, setUp } from './set-up.mjs'
import { root } from './workspace.mjs'

/** Signals this close to each other, in milliseconds, are one that came by several ways. No hand is so fast. */
const sameSignal = 150

await runMain(async () => {
  const { node, env } = await setUp()
  const main = join(root, builtServer)
  return runInForeground(node, [...serverFlags(), main, 'dev', ...process.argv.slice(2)], env)
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
    // In a process group of its own: terminals and supervisors signal the whole group, npm passes on what it gets, and for
    // the server a second signal means to cut its shutdown short.
    const child = spawn(program, args, { env, stdio: 'inherit', detached: true })
    let heard = -Infinity
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => {
        const sinceLast = performance.now() - heard
        heard = performance.now()
        if (sinceLast > sameSignal) child.kill(signal)
      })
    }
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
