import type { DocumentCatalog } from '../document-catalog.ts'
import type { DocumentLog } from '../document-log.ts'
import { randomId } from '../random-id.ts'
import type { Store } from '../store.ts'
import { appendScript } from './append-script.ts'
import { CatalogIndex } from './catalog-index.ts'
import { beginScript, deleteScript, pageScript, titleScript } from './catalog-scripts.ts'
import { chunkScript, flipScript, trimScript } from './checkpoint-scripts.ts'
import { readScript } from './read-script.ts'
import { RedisCatalog } from './redis-catalog.ts'
import { RedisConnection, assertRedisUrl } from './redis-connection.ts'
import { RedisLog } from './redis-log.ts'
import type { RedisDurability } from './requirements.ts'

const scripts = [
  appendScript,
  flipScript,
  trimScript,
  beginScript,
  titleScript,
  deleteScript,
  pageScript,
  chunkScript,
  readScript,
]

/** How a Redis is used. */
export interface RedisStoreOptions {
  /** Begins every key; `weft` where it is not given. Stores of different prefixes know nothing of each other. */
  readonly prefix?: string
  /** What a resolved append promises; `fsync` where it is not given. */
  readonly durability?: RedisDurability
}

/**
 * Opens the store in a Redis.
 *
 * @param url `redis://` or `rediss://`, with user and password where it needs them
 * @throws StoreConfigurationError where the Redis is not what the durability needs: the text says what to set, and where
 * @throws StoreUnavailableError where it cannot be reached
 */
export async function openRedisStore(url: string, options: RedisStoreOptions = {}): Promise<Store> {
  const { prefix = 'weft', durability = 'fsync' } = options
  assertRedisUrl(url)
  const connection = new RedisConnection(url, durability, scripts)
  await connection.open()
  return new RedisStore(connection, prefix)
}

class RedisStore implements Store {
  readonly log: DocumentLog
  readonly catalog: DocumentCatalog
  readonly #connection: RedisConnection
  readonly #index: CatalogIndex

  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection
    this.#index = new CatalogIndex(connection, prefix)
    this.log = new RedisLog(connection, prefix, randomId(), this.#index)
    this.catalog = new RedisCatalog(connection, prefix, this.#index)
  }

  async check(): Promise<void> {
    await this.#connection.perform(undefined, () => this.#connection.command('PING'))
  }

  close(): Promise<void> {
    return this.#connection.close(() => this.#index.finish())
  }
}
