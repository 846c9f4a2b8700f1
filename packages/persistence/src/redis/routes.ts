import type { AppendLane } from './append-lane.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { ServerAddress } from './redis-url.ts'

/** A master: one that holds documents. */
export interface Shard {
  /** Its address as text; empty where there is but one. */
  readonly name: string
  readonly address: ServerAddress | undefined
  readonly commands: RedisConnection
  readonly appends: AppendLane
}

/** Makes the connections to a master. `onLost` is called whenever one is lost or cannot be made. */
export type MakeShard = (address: ServerAddress | undefined, onLost: () => void) => Shard

/** Which master holds a key. */
export interface Routes {
  /**
   * Sends to the master that holds a key, and follows it where the key's slot is being moved.
   *
   * @param send may be called several times. `asking` as in `RedisConnection.call`
   */
  at<Answer>(key: string, send: (shard: Shard, asking: boolean) => Promise<Answer>): Promise<Answer>

  /** The master that is thought to hold a key; undefined where none is known. */
  ownerOf(key: string): Shard | undefined

  /** Whether one master holds all keys, for good. */
  readonly oneMaster: boolean

  /** All masters that are known. */
  shards(): readonly Shard[]

  /** Calls whenever other masters may hold the keys. @returns a function that ends it */
  onChange(listener: () => void): () => void

  /** Something that was sent got no answer or a redirection: looks where the masters are now. */
  suspect(): void

  /** Resolves when every master is usable. @throws StoreConfigurationError, StoreUnavailableError */
  opened(): Promise<void>

  close(): void
}

/** Lets go of a master. */
export function closeShard({ commands, appends }: Shard, reason?: string): void {
  appends.close(reason)
  commands.close(reason)
}

/** One Redis, or the master that Sentinels name: ioredis asks them again whenever it connects. */
export function singleRoute(makeShard: MakeShard): Routes {
  const shard = makeShard(undefined, () => {})
  return {
    oneMaster: true,
    at: (_key, send) => send(shard, false),
    ownerOf: () => shard,
    shards: () => [shard],
    onChange: () => () => {},
    suspect: () => {},
    opened: () => shard.commands.opened(),
    close: () => closeShard(shard),
  }
}
