/** The checkout's own files, as the architecture tests read them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EntryPoints, Sources } from './check-architecture.ts'

/** The checkout's folder. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** Every file that is tracked or would be, by its path from the root, with forward slashes. */
export function listFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  // A file that is deleted and not yet committed is still listed.
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}

/** The text of a file that {@link listFiles} names. */
export function readFile(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The sources of all packages. */
export function readPackageSources(): Sources {
  const paths = listFiles().filter((path) => /^packages\/[a-z-]+\/src\/.*\.tsx?$/.test(path))
  return new Map(paths.map((path) => [path, readFile(path)]))
}

/** What each package offers under its name, from its package.json. */
export function readEntryPoints(): EntryPoints {
  const manifests = listFiles().filter((path) => /^packages\/[a-z-]+\/package\.json$/.test(path))
  return new Map(
    manifests.flatMap((path) => {
      const manifest: unknown = JSON.parse(readFile(path))
      if (!isRecord(manifest) || typeof manifest['name'] !== 'string' || !isRecord(manifest['exports'])) return []
      const name = manifest['name']
      return Object.entries(manifest['exports'])
        .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
        .map(([as, file]): [string, string] => [posix.join(name, as), posix.join(posix.dirname(path), file)])
    }),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
