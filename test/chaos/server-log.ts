import type { DocumentLog } from '@weft/persistence'
import { currentFormats } from '../../packages/persistence/src/formats.ts'
import { directLane } from '../../packages/persistence/src/redis/append-lane.ts'
import { DocumentAccess } from '../../packages/persistence/src/redis/document-access.ts'
import { defaultPrefix } from '../../packages/persistence/src/redis/document-keys.ts'
import { DocumentReader } from '../../packages/persistence/src/redis/document-reader.ts'
import { RedisConnection } from '../../packages/persistence/src/redis/redis-connection.ts'
import { parseRedisUrl } from '../../packages/persistence/src/redis/redis-url.ts'
import { singleRoute } from '../../packages/persistence/src/redis/routes.ts'
import type { RedisServer } from '../../packages/persistence/test/redis-server.ts'

/** The log as one server holds it, whatever its Cluster says of who is master. */
export async function openServerLog({ url }: RedisServer): Promise<{
  readonly log: Pick<DocumentLog, 'load'>
  close(): Promise<void>
}> {
  const location = parseRedisUrl(url)
  const routes = singleRoute((address) => {
    const commands = new RedisConnection({ location, name: 'audit', check: () => Promise.resolve() })
    return { name: '', address, commands, appends: directLane(commands) }
  })
  const close = (): Promise<void> => Promise.resolve(routes.close())
  try {
    await routes.opened()
  } catch (error) {
    await close()
    throw error
  }
  const reader = new DocumentReader(new DocumentAccess(routes, defaultPrefix, currentFormats))
  return { log: { load: (document) => reader.load(document, undefined) }, close }
}
