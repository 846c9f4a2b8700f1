import { type Config, ConfigurationError } from './settings.ts'

/** Whether a store's URL names one that several nodes can share: a Redis. */
export function isSharedStore(url: string): boolean {
  return /^rediss?(\+[a-z]+)?:/.test(url)
}

/** What a store that one process has for itself makes durable: its disk, or nothing. */
export function defaultDurability(store: string): string {
  return store.startsWith('memory:') ? 'memory' : 'fsync'
}

/**
 * Checks that what is asked of the store and of the node goes with the kind of store.
 *
 * @throws ConfigurationError
 */
export function assertStoreFits({
  store,
  durability,
  role,
  workers,
}: Pick<Config, 'store' | 'durability' | 'role' | 'workers'>): void {
  if (isSharedStore(store)) return
  const [scheme] = store.split(':')
  if (durability !== defaultDurability(store)) {
    throw new ConfigurationError(
      `--durability ${durability} needs a Redis: a store ${scheme}: always has the durability ${defaultDurability(store)}`,
    )
  }
  if (role !== 'all') {
    throw new ConfigurationError(
      `--role ${role} needs a Redis, which the other nodes share: give --store redis://<host>:<port>, or --role all`,
    )
  }
  if (workers > 1) {
    throw new ConfigurationError(
      `--workers: ${workers} workers need a Redis, for one process holds a store ${scheme}: alone: give --store redis://<host>:<port>, or --workers 1`,
    )
  }
}
