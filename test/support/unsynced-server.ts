/**
 * The server as `weft dev` starts it, except that its store does not sync the disk. It exists for the one test that shows that
 * such a server would be found out; nothing that users can set leads here.
 *
 * Run with the arguments of {@link ServerOptions.under}: whatever stands before `--port` and `--store` is passed over.
 */
import { parseArgs } from 'node:util'
import { createLog, noTokens, startServer } from '@weft/server'
import { openSqliteStore } from '../../packages/persistence/src/sqlite/sqlite-store.ts'

const { values } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '0' }, store: { type: 'string', default: '' } },
})
const config = {
  store: values.store,
  durability: 'fsync',
  redisSettings: 'checked',
  role: 'all',
  workers: 1,
  port: Number(values.port),
  host: '127.0.0.1',
  anonymous: 'admin',
  auth: noTokens,
  allowedOrigins: [],
  trustProxy: [],
  connectionsPerAddress: 1_000,
  drainWindow: 0,
  emptyRoomGrace: 30_000,
  maxFileSize: 10,
  maxFilesSize: 100,
  trashRetention: 0,
  auditRetention: 0,
  webhookNetworks: [],
  logLevel: 'info',
} as const
const server = await startServer(config, {
  openStore: () => openSqliteStore(values.store.replace(/^sqlite:/, ''), { synchronous: 'OFF' }),
  node: 'unsynced',
  log: createLog('info'),
  anyLoopbackOrigin: true,
})
process.once('SIGTERM', () => void server.stop())
