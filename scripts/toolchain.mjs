/**
 * Node and pnpm as this workspace pins them: Node in `.node-version`, pnpm in package.json's `packageManager`. The
 * machine's own are used where they are not older; else npx brings them, since the npm registry is the one place that every
 * machine with npm can reach.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { findProgram } from './programs.mjs'
import { runStep, SetUpError } from './steps.mjs'
import { cacheFolder, root } from './workspace.mjs'

/**
 * @typedef {object} Pins
 * @property {string} node
 * @property {string} pnpm
 */

/**
 * @typedef {object} Toolchain
 * @property {string} node path of the Node to use
 * @property {string} pnpm path of the pnpm to use
 * @property {NodeJS.ProcessEnv} env an environment in which both are found first
 */

/** npx takes about a second even when it has everything, so where it put things is remembered. */
const memory = join(cacheFolder, 'toolchain.json')

/**
 * @returns {Promise<Toolchain>}
 * @throws {SetUpError}
 */
export async function bringToolchain() {
  const pins = readPins()
  const own = {
    node: isAtLeast(process.versions.node, pins.node) ? process.execPath : undefined,
    pnpm: findPnpm(pins.pnpm),
  }
  const { node, pnpm } = complete(own) ?? remembered(pins) ?? (await fetched(pins, own))
  const folders = [dirname(node), dirname(pnpm), process.env.PATH ?? '']
  return { node, pnpm, env: { ...process.env, PATH: folders.join(delimiter) } }
}

/** @returns {Pins} */
export function readPins() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return {
    node: readFileSync(join(root, '.node-version'), 'utf8').trim(),
    pnpm: packageManager.slice('pnpm@'.length),
  }
}

/**
 * Whether a version is a release that is not older than the pin.
 *
 * @param {string} version
 * @param {string} pin
 */
export function isAtLeast(version, pin) {
  const release = /^(\d+)\.(\d+)\.(\d+)$/
  const have = release.exec(version)
  const want = release.exec(pin)
  if (have === null || want === null) return false
  for (const part of [1, 2, 3]) {
    const difference = Number(have[part]) - Number(want[part])
    if (difference !== 0) return difference > 0
  }
  return true
}

/**
 * The machine's own pnpm. Another major writes another lockfile, so it has to be of the pin's.
 *
 * @param {string} pin
 */
function findPnpm(pin) {
  const pnpm = findProgram('pnpm')
  const version = pnpm === undefined ? '' : versionOf(pnpm)
  const fits = isAtLeast(version, pin) && version.split('.')[0] === pin.split('.')[0]
  return fits ? pnpm : undefined
}

/** @param {Partial<Record<'node' | 'pnpm', string | undefined>>} tools */
function complete({ node, pnpm }) {
  return node !== undefined && pnpm !== undefined ? { node, pnpm } : undefined
}

/**
 * What npx brought earlier, if it is still there and still answers with the pinned version.
 *
 * @param {Pins} pins
 */
function remembered(pins) {
  try {
    const { node, pnpm } = JSON.parse(readFileSync(memory, 'utf8'))
    return isAtLeast(versionOf(node), pins.node) && versionOf(pnpm) === pins.pnpm ? { node, pnpm } : undefined
  } catch {
    return undefined
  }
}

/**
 * @param {Pins} pins
 * @param {Partial<Record<'node' | 'pnpm', string | undefined>>} own
 */
async function fetched(pins, own) {
  const missing = [...(own.node === undefined ? [`--package=node@${pins.node}`] : []), `--package=pnpm@${pins.pnpm}`]
  const title =
    own.node === undefined ? `Fetching Node ${pins.node} and pnpm ${pins.pnpm}` : `Fetching pnpm ${pins.pnpm}`
  const where = 'echo "node=$(node -p process.execPath)" && echo "pnpm=$(command -v pnpm)"'
  const printed = await runStep(title, 'npx', ['--yes', ...missing, '--call', where])
  const node = own.node ?? /^node=(.+)$/m.exec(printed)?.[1]
  const pnpm = /^pnpm=(.+)$/m.exec(printed)?.[1]
  if (node === undefined || pnpm === undefined || versionOf(pnpm) !== pins.pnpm) {
    throw new SetUpError(`npx did not bring Node ${pins.node} and pnpm ${pins.pnpm}; install them by hand.`)
  }
  mkdirSync(cacheFolder, { recursive: true })
  writeFileSync(memory, `${JSON.stringify({ node, pnpm })}\n`)
  return { node, pnpm }
}

/**
 * @param {string} program
 * @returns {string} empty where it does not run
 */
function versionOf(program) {
  try {
    // Asked outside the checkout: inside, some releases of pnpm, and Corepack's stand-in for it, read the pin and fetch.
    const printed = execFileSync(program, ['--version'], {
      cwd: tmpdir(),
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, COREPACK_ENABLE_NETWORK: '0' },
    })
    return printed.trim().replace(/^v/, '')
  } catch {
    return ''
  }
}
