import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RedisServer } from './redis-server.ts'

/** A Sentinel that watches a master, calls it `main`, and alone decides when it is gone. */
export async function startSentinel(master: RedisServer): Promise<RedisServer> {
  const file = join(master.folder, 'sentinel.conf')
  const lines = [
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 2000',
  ]
  await writeFile(file, lines.join('\n'))
  return RedisServer.startSentinel(file)
}
