import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { cacheFolder, root } from './workspace.mjs'

/** Something that the person at the keyboard has to know, in one line. */
export class SetUpError extends Error {
  /** @override */
  name = 'SetUpError'
}

/** A step that ends sooner than this, in milliseconds, is not worth a line. */
const quietTime = 400

const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|META_FETCH_FAIL|error sending request|Temporary failure resolving/

/**
 * Runs a program with its output in a log file, and says one line about it where it takes time.
 *
 * @param {string} title what is done, for people: `Installing packages`
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<string>} what it printed
 * @throws {SetUpError} with what went wrong and where the full log is
 */
export async function runStep(title, program, args, options = {}) {
  const logFile = join(cacheFolder, 'logs', `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.log`)
  mkdirSync(join(cacheFolder, 'logs'), { recursive: true })
  const log = openSync(logFile, 'w')
  const announce = setTimeout(() => console.log(`${title} …`), quietTime)
  try {
    const failure = await run(program, args, { cwd: root, ...options, stdio: ['ignore', log, log] })
    const printed = readFileSync(logFile, 'utf8')
    if (failure === undefined) return printed
    throw new SetUpError(`${title} failed: ${reason(printed, failure)} (full log: ${relative(root, logFile)})`)
  } finally {
    clearTimeout(announce)
    closeSync(log)
  }
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<string | undefined>} how it failed, or undefined where it did not
 */
function run(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, options)
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => {
      resolve(code === 0 ? undefined : signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`)
    })
  })
}

/**
 * The one line of a log that tells most.
 *
 * @param {string} printed
 * @param {string} otherwise
 */
export function reason(printed, otherwise) {
  if (unreachable.test(printed)) return 'the package registry cannot be reached; is this machine online?'
  const lines = printed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.find((line) => /\berror\b|ERR_/i.test(line)) ?? lines.at(-1) ?? otherwise
}
