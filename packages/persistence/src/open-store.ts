import { StoreConfigurationError } from './errors.ts'
import { MemoryStore } from './memory/memory-store.ts'
import type { Store } from './store.ts'

const schemes = 'sqlite:<folder>, redis://<host>:<port>, rediss://<host>:<port> or memory:'

/**
 * Opens the store that a URL names.
 *
 * @param url `sqlite:<folder>`, relative to the working folder or absolute; `redis://` or, over TLS, `rediss://`; or `memory:`,
 *   which is gone with the process
 * @throws StoreUnavailableError where a Redis cannot be reached
 * @throws StoreConfigurationError where there is no such store, or where it cannot be opened as it is: the text says what to do
 */
export async function openStore(url: string): Promise<Store> {
  const colon = url.indexOf(':')
  const scheme = url.slice(0, Math.max(colon, 0))
  const rest = url.slice(colon + 1)
  switch (scheme) {
    case 'memory':
      if (rest !== '') throw new StoreConfigurationError(`memory: takes nothing after the colon; give ${schemes}`)
      return new MemoryStore()
    case 'sqlite': {
      if (rest === '')
        throw new StoreConfigurationError('sqlite: needs a folder: sqlite:<folder>, for example sqlite:./.weft')
      // Loaded only where it is asked for, so that other stores do not pay for it.
      const { openSqliteStore } = await import('./sqlite/sqlite-store.ts')
      return openSqliteStore(rest)
    }
    case 'redis':
    case 'rediss': {
      const { openRedisStore } = await import('./redis/redis-store.ts')
      return openRedisStore(url)
    }
    default:
      // The rest may hold a password, so the text names the scheme alone.
      throw new StoreConfigurationError(
        scheme === ''
          ? `a store is named by a URL: ${schemes}`
          : `there is no store of scheme ${scheme}: give ${schemes}`,
      )
  }
}
