import { StoreConfigurationError } from './errors.ts'
import { openStore } from './open-store.ts'
import { randomId } from './random-id.ts'
import type { StoreReader } from './store.ts'

/**
 * Opens the store that a URL names for reading only, beside those that use it: a folder that a server holds too.
 *
 * @param url as of `openStore`
 * @throws StoreConfigurationError where there is no such store, or where it cannot be read: the text says what to do
 * @throws StoreUnavailableError where it cannot be reached: trying again later may help
 */
export async function openStoreReader(url: string): Promise<StoreReader> {
  if (url === 'memory:') throw new StoreConfigurationError('a memory: store is only in the process that made it')
  if (/^sqlite:./.test(url)) {
    const { openSqliteReader } = await import('./sqlite/sqlite-reader.ts')
    return openSqliteReader(url.slice('sqlite:'.length))
  }
  if (/^rediss?(\+(cluster|sentinel))?:/.test(url)) {
    const { openRedisStore } = await import('./redis/redis-store.ts')
    // Nothing is saved by reading, so nothing is asked of Redis for it.
    const store = await openRedisStore(url, { node: randomId(), durability: 'memory' })
    // Redis lists a document after making it: one whose node ended in between is listed by this.
    await store.rebuildIndex()
    return store
  }
  return openStore(url)
}
