import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { startServer } from '../../test/support/server-process.ts'
import { checkStockClients } from './convergence.ts'
import { plainDialect } from './load/dialect.ts'
import { pin, serverPrefix } from './pinning.ts'
import type { RunningSystem, System } from './system.ts'

/** The path on which Weft opens a document. */
export function weftPath(document: string): string {
  return `/sync/${encodeURIComponent(document)}`
}

/** Weft as it is built, on each of its stores. */
export function weftSystem(store: 'memory' | 'sqlite' | 'redis', options: { readonly profile?: string } = {}): System {
  return {
    name: `weft-${store}`,
    keeps: { memory: 'nothing', sqlite: 'each update, synced', redis: 'each update, synced' }[store],
    persists: store !== 'memory',
    dialect: plainDialect,
    start: () => start(store, options.profile),
    check: checkStockClients,
  }
}

async function start(store: 'memory' | 'sqlite' | 'redis', profile: string | undefined): Promise<RunningSystem> {
  const redis = store === 'redis' ? await RedisServer.start(...durableSettings) : undefined
  const helpers = redis === undefined ? [] : [await processOf(redis)]
  for (const helper of helpers) pin(helper, 'server')
  const url = redis?.url ?? (store === 'memory' ? 'memory:' : undefined)
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const server = await startServer({
    built: true,
    under: serverPrefix,
    ...(url === undefined ? {} : { store: url }),
    ...(redis === undefined ? {} : { args: ['--durability', 'fsync'] }),
    env: { NODE_OPTIONS: profiling.join(' ') },
  })
  const { hostname, port } = new URL(server.url)
  return {
    host: hostname,
    port: Number(port),
    get pid() {
      return server.pid
    },
    helpers,
    path: weftPath,
    async restart() {
      await server.kill('SIGTERM')
      await server.restart()
    },
    async [Symbol.asyncDispose]() {
      // Only a server that ends by itself writes its profile.
      if (profile !== undefined) await server.kill('SIGTERM')
      await server[Symbol.asyncDispose]()
      await redis?.[Symbol.asyncDispose]()
    },
  }
}

async function processOf(redis: RedisServer): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await redis.client.info('server'))?.[1])
}
