import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkHocuspocusClients, checkStockClients } from './convergence.ts'
import { installPeer } from './install.ts'
import { hocuspocusDialect, plainDialect, relayDialect } from './load/dialect.ts'
import { startPeer } from './peer-process.ts'
import type { RunningSystem, System } from './system.ts'

const plainPath = (document: string): string => `/${encodeURIComponent(document)}`

/** Hocuspocus: alone, or with documents in SQLite. */
export function hocuspocus(keeps: 'nothing' | 'sqlite'): System {
  return {
    name: keeps === 'nothing' ? 'hocuspocus' : 'hocuspocus-sqlite',
    keeps: keeps === 'nothing' ? 'nothing' : 'the whole document, every 2 s',
    persists: keeps === 'sqlite',
    dialect: hocuspocusDialect,
    start: () => startWith((store) => (keeps === 'sqlite' ? { HOCUSPOCUS_FOLDER: store } : {})),
    check: checkHocuspocusClients,
  }
}

/** One of several Hocuspocus nodes around a Redis. */
export function startHocuspocus(redis: { readonly port: number }): Promise<RunningSystem> {
  return startWith(() => ({ HOCUSPOCUS_REDIS: String(redis.port) }))
}

async function startWith(env: (store: string) => Readonly<Record<string, string>>): Promise<RunningSystem> {
  const folder = await installPeer('hocuspocus', ['hocuspocus.mjs'])
  return await startPeer({
    script: 'hocuspocus.mjs',
    folder,
    env,
    listening: /^listening (\d+)/,
    path: plainPath,
  })
}

/** The server that y-websocket's users start with: alone, or with documents in LevelDB. */
export function yWebsocketServer(keeps: 'nothing' | 'leveldb'): System {
  return {
    name: keeps === 'nothing' ? 'y-websocket-server' : 'y-websocket-server-leveldb',
    keeps: keeps === 'nothing' ? 'nothing' : 'each update, not synced',
    persists: keeps === 'leveldb',
    dialect: plainDialect,
    async start() {
      const folder = await installPeer('y-websocket-server')
      return await startPeer({
        script: join('node_modules', '@y', 'websocket-server', 'src', 'server.js'),
        folder,
        env: (store, port) => ({
          HOST: '127.0.0.1',
          PORT: String(port),
          ...(keeps === 'leveldb' ? { YPERSISTENCE: store } : {}),
        }),
        listening: /^running at/,
        path: plainPath,
      })
    },
    check: checkStockClients,
  }
}

/** What it costs to pass messages on unread. */
export const bareRelay: System = {
  name: 'bare-relay',
  keeps: 'nothing',
  persists: false,
  dialect: relayDialect,
  start: () =>
    startPeer({
      script: fileURLToPath(new URL('servers/relay.mjs', import.meta.url)),
      folder: fileURLToPath(new URL('../..', import.meta.url)),
      env: () => ({}),
      listening: /^listening (\d+)/,
      path: plainPath,
    }),
  check: checkStockClients,
}
