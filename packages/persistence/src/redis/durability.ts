import { StoreConfigurationError } from '../errors.ts'

/** What an append that resolved has behind it: Redis took it; its disk has it; so many replicas have it. */
export type Durability =
  | { readonly level: 'memory' }
  | { readonly level: 'fsync' }
  | { readonly level: 'replicas'; readonly replicas: number }

/**
 * A durability by its name: `memory`, `fsync` or `replicas:<n>`.
 *
 * @throws StoreConfigurationError
 */
export function parseDurability(text: string): Durability {
  if (text === 'memory' || text === 'fsync') return { level: text }
  const [, count] = /^replicas:([1-9]\d?)$/.exec(text) ?? []
  if (count !== undefined) return { level: 'replicas', replicas: Number(count) }
  throw new StoreConfigurationError(
    `--durability takes memory, fsync or replicas:<n> with n from 1 to 99, not "${text}"`,
  )
}
