import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, isStamped } from './fingerprint.mjs'
import { runStep } from './steps.mjs'
import { root } from './workspace.mjs'

/**
 * @typedef {object} Build
 * @property {string} label what a person reads while it runs
 * @property {string} name the package
 * @property {string} folder the package's
 * @property {string} result a file that is there once it is built
 * @property {readonly string[]} inputs what it is made of
 */

/** @type {Build} */
const webApp = {
  label: 'Building the web app',
  name: '@weft/web',
  folder: 'packages/web',
  result: 'index.html',
  inputs: [
    ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((name) => `packages/web/${name}`),
    'packages/client/src',
    'packages/protocol/src',
    'pnpm-lock.yaml',
  ],
}

/** @type {Build} */
const server = {
  label: 'Building the server',
  name: '@weft/server',
  folder: 'packages/server',
  result: 'main.js',
  inputs: [
    ...['src', 'rolldown.config.ts', 'package.json'].map((name) => `packages/server/${name}`),
    'packages/client/src/http',
    'packages/persistence/src',
    'packages/protocol/src',
    'pnpm-lock.yaml',
  ],
}

/** The built server, relative to the root. Sources run too; built, it starts sooner and takes less memory. */
export const builtServer = join(server.folder, 'dist', server.result)

/**
 * What Node is started with for it: what the program's first line says.
 *
 * @returns {string[]}
 */
export function serverFlags() {
  const [first = ''] = readFileSync(join(root, server.folder, 'src/main.ts'), 'utf8').split('\n', 1)
  return first.split(' ').filter((word) => word.startsWith('--'))
}

/**
 * Builds what is not built from exactly the sources that are there.
 *
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 */
export async function buildAll(toolchain) {
  for (const { label, name, folder, result, inputs } of [webApp, server]) {
    const dist = join(root, folder, 'dist')
    // Inside what it speaks of: a build by hand empties the folder and takes the stamp with it.
    const stamp = join(dist, '.built-from')
    const print = fingerprint(root, inputs)
    if (existsSync(join(dist, result)) && isStamped(stamp, print)) continue
    await runStep(label, toolchain.pnpm, ['--filter', name, 'run', 'build'], { env: toolchain.env })
    writeFileSync(stamp, `${print}\n`)
  }
}
