import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

const passedOver = new Set(['node_modules', 'dist', '.cache'])

/**
 * A hash over names and contents of files. Contents, since a checkout gives every file a new time.
 *
 * @param {string} base the folder that names are relative to
 * @param {readonly string[]} paths files and folders in it; one that is missing counts as missing
 * @param {string} [salt] what else the result depends on
 */
export function fingerprint(base, paths, salt = '') {
  const hash = createHash('sha256').update(salt)
  for (const path of paths.flatMap((path) => filesUnder(join(base, path))).toSorted()) {
    hash.update(`\0${relative(base, path)}\0`).update(readFileSync(path))
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  const names = readdirSync(path).filter((name) => !passedOver.has(name))
  return names.flatMap((name) => filesUnder(join(path, name)))
}

/**
 * Whether a stamp holds this fingerprint.
 *
 * @param {string} stamp a file
 * @param {string} print
 */
export function isStamped(stamp, print) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === print
}
