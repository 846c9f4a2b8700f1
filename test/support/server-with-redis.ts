/**
 * A server with a Redis of its own, so that both can be traced as one: strace follows what is started here.
 *
 * Run with the arguments of {@link ServerOptions.under}: first how Redis is to sync its append-only file, then the command that
 * starts the server. The store that it names is replaced by this Redis.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { RedisServer } from '../../packages/persistence/test/redis-server.ts'

const [appendfsync = 'always', program = process.execPath, ...args] = process.argv.slice(2)
await using redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', appendfsync)
const server = spawn(program, [...args, '--store', redis.url], { stdio: 'inherit' })
process.once('SIGTERM', () => server.kill('SIGTERM'))
await once(server, 'exit')
