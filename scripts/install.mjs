import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, isStamped } from './fingerprint.mjs'
import { runStep } from './steps.mjs'
import { readPins } from './toolchain.mjs'
import { root } from './workspace.mjs'

/** Inside what it speaks of, so that whoever deletes node_modules deletes it too. */
const stamp = join(root, 'node_modules/.weft-installed')

/**
 * Installs what the lockfile says, unless that stands already.
 *
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 */
export async function installPackages(toolchain) {
  const packages = readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((path) => existsSync(join(root, path, 'package.json')))
  const inputs = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...packages.map((path) => `${path}/package.json`),
  ]
  const print = fingerprint(root, inputs, JSON.stringify([readPins(), process.platform, process.arch]))
  const linked = packages.every((path) => existsSync(join(root, path, 'node_modules')))
  if (linked && isStamped(stamp, print)) return
  // CI=true: pnpm must never stop to ask, for example whether it may remove modules that another pnpm installed.
  await runStep('Installing packages', toolchain.pnpm, ['install', '--frozen-lockfile', '--prefer-offline'], {
    env: { ...toolchain.env, CI: 'true' },
  })
  writeFileSync(stamp, `${print}\n`)
}
