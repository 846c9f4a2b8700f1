import { StoreUnavailableError } from '../errors.ts'
import type { DocumentAccess } from './document-access.ts'
import type { RedisConnection } from './redis-connection.ts'
import { adviceOn, RedisReplyError } from './reply-errors.ts'

/**
 * Asks the master that holds a key which is about no document.
 *
 * @throws StoreUnavailableError
 */
export async function runShared(
  { routes }: DocumentAccess,
  key: string,
  send: (commands: RedisConnection, asking: boolean) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await routes.at(key, ({ commands }, asking) => send(commands, asking))
  } catch (error) {
    routes.suspect()
    if (!(error instanceof RedisReplyError)) throw error
    const text =
      error.code === 'WRONGTYPE'
        ? `the key ${key} is of another type than Weft keeps there: something else wrote it; remove it`
        : adviceOn(error.message)
    throw new StoreUnavailableError(text, { cause: error })
  }
}
