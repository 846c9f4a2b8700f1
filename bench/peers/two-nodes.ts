/** Two nodes of a system around one Redis, all on the server's core. */
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { startServer } from '../../test/support/server-process.ts'
import { checkHocuspocusClients, checkStockClients } from './convergence.ts'
import { hocuspocusDialect, plainDialect } from './load/dialect.ts'
import { startHocuspocus } from './peer-systems.ts'
import { pin, serverPrefix } from './pinning.ts'
import type { Address, RunningSystem, System } from './system.ts'
import { weftPath } from './weft-system.ts'

/** The second of two nodes. */
interface SecondNode extends Address {
  readonly pid: number
}

/** Systems of two nodes. */
export const pairs: readonly System[] = [
  weftPair('memory', 'each update in Redis, not synced'),
  weftPair('fsync', 'each update, synced'),
  {
    name: 'hocuspocus-pair',
    keeps: 'nothing',
    persists: false,
    dialect: hocuspocusDialect,
    async start() {
      const redis = await RedisServer.start()
      const [first, second] = await Promise.all([startHocuspocus(redis), startHocuspocus(redis)])
      return await pair(redis, first, second)
    },
    check: checkHocuspocusClients,
  },
]

/** Where the others connect: to the second node, where there are two. */
export function otherNode(running: RunningSystem): Address {
  return running.second ?? running
}

function weftPair(durability: 'memory' | 'fsync', keeps: string): System {
  return {
    name: `weft-pair-${durability}`,
    keeps,
    persists: true,
    dialect: plainDialect,
    async start() {
      const redis = await RedisServer.start(...(durability === 'fsync' ? durableSettings : []))
      const [first, second] = await Promise.all([weftNode(redis, durability), weftNode(redis, durability)])
      return await pair(redis, first, second)
    },
    check: checkStockClients,
  }
}

async function weftNode(redis: RedisServer, durability: string): Promise<SecondNode & AsyncDisposable> {
  const server = await startServer({
    built: true,
    under: serverPrefix,
    store: redis.url,
    args: ['--durability', durability],
  })
  const { hostname, port } = new URL(server.url)
  return {
    host: hostname,
    port: Number(port),
    pid: server.pid,
    path: weftPath,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function pair(
  redis: RedisServer,
  first: SecondNode & AsyncDisposable,
  second: SecondNode & AsyncDisposable,
): Promise<RunningSystem> {
  const redisProcess = Number(/process_id:(\d+)/.exec(await redis.client.info('server'))?.[1])
  pin(redisProcess, 'server')
  return {
    host: first.host,
    port: first.port,
    pid: first.pid,
    path: (document) => first.path(document),
    helpers: [second.pid, redisProcess],
    second,
    restart: () => Promise.reject(new Error('two nodes are not restarted')),
    async [Symbol.asyncDispose]() {
      await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()])
      await redis[Symbol.asyncDispose]()
    },
  }
}
