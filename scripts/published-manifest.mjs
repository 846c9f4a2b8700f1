/**
 * Makes the manifest in the current folder the one that is published, while it is packed: npm takes `package.json` as it finds it.
 * `node ../../scripts/published-manifest.mjs` before, and with `--restore` after.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Where the workspace's own manifest is meanwhile. Where packing was cut short it is still there, and is what counts. */
const kept = 'package.workspace.json'
const manifest = 'package.json'

if (process.argv.includes('--restore')) {
  if (existsSync(kept)) renameSync(kept, manifest)
} else {
  const text = published(readFileSync(existsSync(kept) ? kept : manifest, 'utf8'))
  if (!existsSync(kept)) renameSync(manifest, kept)
  writeFileSync(manifest, text)
}

/**
 * Without what only the workspace needs, and with what `publishConfig` says of the built files.
 *
 * @param {string} text
 * @throws {Error} where it would need a package that only the workspace has
 */
function published(text) {
  const { publishConfig, scripts: _scripts, devDependencies: _built, ...rest } = JSON.parse(text)
  const written = JSON.stringify({ ...rest, ...publishConfig }, undefined, 2)
  if (written.includes('"workspace:')) {
    throw new Error('a package of the workspace is in no registry: make it a devDependency and build it in')
  }
  return `${written}\n`
}
