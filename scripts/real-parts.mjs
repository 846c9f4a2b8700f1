import { spawnSync } from 'node:child_process'
import { findProgram, isProgram } from './programs.mjs'
import { runStep, SetUpError } from './steps.mjs'

/**
 * A program that the tests run beside Weft: found, else installed, else asked for.
 *
 * @typedef {object} RealPart
 * @property {string} name
 * @property {readonly string[]} programs its names on the PATH, best first
 * @property {readonly string[]} paths where it is kept off the PATH
 * @property {string} variable names its path, to us and to the tests
 * @property {readonly string[]} apt what to install on Debian
 * @property {readonly string[]} brew what to install on macOS; empty where there is nothing
 * @property {string | undefined} without what is lost without it; undefined where the tests cannot do without
 */

/** @type {Readonly<Record<'chromium' | 'redis' | 'sentinel' | 'nginx' | 'caddy' | 'strace', RealPart>>} */
export const realParts = {
  chromium: {
    name: 'Chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    paths: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    variable: 'CHROMIUM',
    apt: ['chromium'],
    brew: ['--cask', 'google-chrome'],
    without: undefined,
  },
  redis: {
    name: 'Redis',
    programs: ['redis-server'],
    paths: [],
    variable: 'REDIS_SERVER',
    apt: ['redis-server'],
    brew: ['redis'],
    without: undefined,
  },
  nginx: {
    name: 'nginx',
    programs: ['nginx'],
    // Not on everyone's PATH on Debian.
    paths: ['/usr/sbin/nginx'],
    variable: 'NGINX',
    apt: ['nginx-light'],
    brew: ['nginx'],
    without: undefined,
  },
  caddy: {
    name: 'Caddy',
    programs: ['caddy'],
    paths: [],
    variable: 'CADDY',
    apt: ['caddy'],
    brew: ['caddy'],
    without: 'the tests of its example say so and pass',
  },
  sentinel: {
    name: "Redis' Sentinel",
    programs: ['redis-sentinel'],
    paths: [],
    variable: 'REDIS_SENTINEL',
    apt: ['redis-sentinel'],
    brew: ['redis'],
    without: undefined,
  },
  strace: {
    name: 'strace',
    programs: ['strace'],
    paths: [],
    variable: 'STRACE',
    apt: ['strace'],
    brew: [],
    without: 'the tests that watch the disk being synced say so and pass',
  },
}

/**
 * Finds the parts, or installs them where that needs no answer from anyone.
 *
 * @param {readonly RealPart[]} parts
 * @returns {Promise<Record<string, string>>} variables for the tests' environment
 * @throws {SetUpError} that says what to install
 */
export async function bringRealParts(parts) {
  const missing = parts.filter((part) => findPart(part) === undefined)
  if (missing.length > 0) await install(missing)
  /** @type {Record<string, string>} */
  const env = {}
  for (const part of parts) {
    const path = findPart(part)
    if (path !== undefined) env[part.variable] = path
    else if (part.without === undefined) {
      throw new SetUpError(`The tests need ${part.name}: install it, or set ${part.variable} to its path.`)
    } else console.log(`Without ${part.name}: ${part.without}.`)
  }
  return env
}

/**
 * Finds a part for a person, who installs it if they want it.
 *
 * @param {RealPart} part
 * @returns {string} its path
 * @throws {SetUpError} that says how to install it
 */
export function requirePart(part) {
  const path = findPart(part)
  if (path !== undefined) return path
  const ways = [`apt-get install ${part.apt.join(' ')}`, `brew install ${part.brew.join(' ')}`].join(', ')
  throw new SetUpError(`${part.name} is not installed: install it (${ways}), or set ${part.variable} to its path.`)
}

/** @param {RealPart} part */
function findPart(part) {
  const named = process.env[part.variable]
  if (named !== undefined && named !== '') {
    if (!isProgram(named)) throw new SetUpError(`${part.variable} is ${named}, which is no program.`)
    return named
  }
  return part.programs.map(findProgram).find((path) => path !== undefined) ?? part.paths.find(isProgram)
}

/** @param {readonly RealPart[]} parts */
async function install(parts) {
  const title = `Installing ${parts.map((part) => part.name).join(' and ')}`
  const installer = findInstaller()
  if (installer === undefined) return
  try {
    for (const [program, ...args] of installer(parts)) {
      if (program === undefined) continue
      await runStep(title, program, args, {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NONINTERACTIVE: '1' },
      })
    }
  } catch (error) {
    // What is needed and still missing is said by the caller; this says why.
    if (error instanceof SetUpError) console.error(error.message)
    else throw error
  }
}

/** @returns {((parts: readonly RealPart[]) => string[][]) | undefined} commands that install parts without asking */
function findInstaller() {
  if (findProgram('apt-get') !== undefined) {
    const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    const mayInstall = asRoot.length === 0 || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
    if (!mayInstall) return undefined
    return (parts) => [
      [...asRoot, 'apt-get', 'update'],
      [...asRoot, 'apt-get', 'install', '--yes', '--no-install-recommends', ...parts.flatMap((part) => part.apt)],
    ]
  }
  const brew = findProgram('brew')
  if (brew === undefined) return undefined
  return (parts) => parts.filter((part) => part.brew.length > 0).map((part) => [brew, 'install', ...part.brew])
}
