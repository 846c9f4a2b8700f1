import { StoreConfigurationError } from './errors.ts'
import { MemoryStore } from './memory/memory-store.ts'
import { randomId } from './random-id.ts'
import type { Store } from './store.ts'

const schemes =
  'sqlite:<folder>, redis://<host>:<port> (rediss:// over TLS, redis+cluster://, redis+sentinel://) or memory:'

/** What a store is told that several nodes share. */
export interface SharedStoreOptions {
  /**
   * The node's name, which no other node bears: letters, digits, `_`, `-`, `.` and `:`, at most 64. A random one where it is
   * left away.
   */
  readonly node?: string
  /** `memory`, `fsync` or `replicas:<n>`; `fsync` where it is left away. */
  readonly durability?: string
  /** Says that a Redis which does not let anyone look is set up for `fsync`: see `openRedisStore`. */
  readonly assumeConfigured?: boolean
  /** Gives up opening it, which then fails with StoreUnavailableError. */
  readonly signal?: AbortSignal
}

/**
 * Opens the store that a URL names.
 *
 * @param url `sqlite:<folder>`, relative to the working folder or absolute; `redis://…` and its relatives; or `memory:`, which
 *   is gone with the process
 * @param shared what only a store is told that several nodes can share
 * @throws StoreConfigurationError where there is no such store, or where it cannot be opened as it is: the text says what to do
 * @throws StoreUnavailableError where it cannot be reached: trying again later may help
 */
export async function openStore(url: string, shared: SharedStoreOptions = {}): Promise<Store> {
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
    case 'rediss':
    case 'redis+cluster':
    case 'rediss+cluster':
    case 'redis+sentinel':
    case 'rediss+sentinel': {
      const { openRedisStore } = await import('./redis/redis-store.ts')
      const { node = randomId(), durability = 'fsync', ...rest } = shared
      return openRedisStore(url, { node, durability, ...rest })
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
