/**
 * The peers come from npm when a benchmark runs, into a cache of this machine, and are no dependencies of Weft: their versions are
 * pinned here and nowhere else.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What is installed together, by the name of its folder. */
export const peerPackages = {
  hocuspocus: {
    '@hocuspocus/extension-database': '4.7.0',
    '@hocuspocus/extension-redis': '4.7.0',
    '@hocuspocus/provider': '4.7.0',
    '@hocuspocus/server': '4.7.0',
    'y-protocols': '1.0.6',
    yjs: '13.6.33',
  },
  // 0.1.5 builds its documents with Yjs 13 and applies updates with Yjs 14, so with what npm brings for it it takes no update at all;
  // nor has it LevelDB any more. This is the version before.
  'y-websocket-server': { '@y/websocket-server': '0.1.1', 'y-leveldb': '0.1.2', yjs: '13.6.33' },
} as const

/** A peer that can be installed. */
export type PeerName = keyof typeof peerPackages

/**
 * Installs a peer unless that was done before.
 *
 * @param scripts files of `servers/` that run there, where the peer's packages are found by their names
 * @returns the folder with its `node_modules`
 */
export async function installPeer(name: PeerName, scripts: readonly string[] = []): Promise<string> {
  const packages: Readonly<Record<string, string>> = peerPackages[name]
  const versions = Object.values(packages).join('-')
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'weft-bench')
  const folder = join(cache, `${name}-${versions}`)
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`
    mkdirSync(unfinished, { recursive: true })
    try {
      writeFileSync(join(unfinished, 'package.json'), JSON.stringify({ private: true, dependencies: packages }))
      const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
      await promisify(execFile)('npm', ['install', ...quiet], { cwd: unfinished })
      renameSync(unfinished, folder)
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
  }
  for (const script of scripts) {
    copyFileSync(fileURLToPath(new URL(`servers/${script}`, import.meta.url)), join(folder, script))
  }
  return folder
}
