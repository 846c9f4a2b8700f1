import type { Changes } from '../changes.ts'
import type { DocumentCatalog } from '../document-catalog.ts'
import type { DocumentFiles } from '../document-files.ts'
import type { DocumentLog } from '../document-log.ts'
import { StoreConfigurationError } from '../errors.ts'
import { currentFormats, type Formats } from '../formats.ts'
import type { NodeChannel } from '../node-channel.ts'
import type { NodeRegistry } from '../node-registry.ts'
import type { Relay } from '../relay.ts'
import type { Revocations } from '../revocations.ts'
import type { Collections } from '../collections.ts'
import type { Store } from '../store.ts'
import { type AppendLane, directLane, ReplicaLane } from './append-lane.ts'
import { type CheckpointStep, CheckpointWriter } from './checkpoint-writer.ts'
import { ChangeFeed } from './change-feed.ts'
import { ClusterRoutes } from './cluster-routes.ts'
import { DocumentAccess } from './document-access.ts'
import { defaultPrefix } from './document-keys.ts'
import { DocumentCounter } from './document-counter.ts'
import { DocumentLives } from './document-lives.ts'
import { type Durability, parseDurability } from './durability.ts'
import { sentinelRefusal } from './failover-checks.ts'
import { ListingIndex } from './listing-index.ts'
import { ListingReader } from './listing-reader.ts'
import { TitleBackfill } from './title-backfill.ts'
import { TrashReader } from './trash-reader.ts'
import { rebuildListing } from './listing-rebuild.ts'
import { Operations } from './operations.ts'
import { RedisCatalog } from './redis-catalog.ts'
import { RedisChanges } from './redis-changes.ts'
import { RedisConnection } from './redis-connection.ts'
import { RedisFiles } from './redis-files.ts'
import { RedisLog } from './redis-log.ts'
import { RedisNodeChannel } from './redis-node-channel.ts'
import { RedisNodes } from './redis-nodes.ts'
import { RedisRevocations } from './redis-revocations.ts'
import { RedisCollections } from './redis-collections.ts'
import { RedisRelay } from './redis-relay.ts'
import { type RedisLocation, type ServerAddress, addressText, parseRedisUrl } from './redis-url.ts'
import { checkReplicas } from './replica-checks.ts'
import { type MakeShard, type Routes, singleRoute } from './routes.ts'
import { checkServer } from './server-checks.ts'
import { ShardedChannels } from './sharded-channels.ts'

/** How a Redis store is opened. */
export interface RedisStoreOptions {
  /** The node's name: no other node may bear it. It stands in relay messages and beside the node's last append. */
  readonly node: string
  /** `memory`, `fsync` or `replicas:<n>`: what an append that resolved has behind it. */
  readonly durability: string
  /**
   * Says that a Redis which does not let anyone look (a managed one, without CONFIG) has `appendonly yes`,
   * `appendfsync always` and `no-appendfsync-on-rewrite no`. Without it, `fsync` is refused there.
   */
  readonly assumeConfigured?: boolean
  /** Gives up opening it: Sentinels that are away are asked for ever. */
  readonly signal?: AbortSignal
  /** What all keys begin with, `weft` by default: letters, digits, `_`, `-` and `.`. */
  readonly prefix?: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Those of another version of Weft, for tests of how versions work together. */
  readonly formats?: Formats
  /** Called when a checkpoint has come to a point at which a crash leaves something different behind. */
  readonly onCheckpointStep?: (step: CheckpointStep) => void
}

/** A store in Redis, with the relay that its appends are published on. */
export interface RedisStore extends Store {
  readonly relay: Relay
  readonly nodes: NodeRegistry
  readonly channel: NodeChannel
  /**
   * Makes the listing of documents anew from the documents themselves, while the store is in use.
   *
   * @returns how many documents were found
   * @throws StoreUnavailableError
   */
  rebuildIndex(): Promise<number>
}

/**
 * Opens a store in Redis 7 or Valkey 7.2 and up. Every master is checked now, and again whenever a connection to it is made,
 * for what the durability claims.
 *
 * @param url `redis://`, `rediss://`, `redis+cluster://` or `redis+sentinel://`, see `parseRedisUrl`
 * @throws StoreConfigurationError where Redis may not be used as it is set up: the text says what to do
 * @throws StoreUnavailableError where it cannot be reached: trying again later may help
 */
export async function openRedisStore(url: string, options: RedisStoreOptions): Promise<RedisStore> {
  const { prefix = defaultPrefix, node } = options
  if (!/^[\w.-]{1,64}$/.test(prefix)) {
    throw new StoreConfigurationError('a prefix of keys holds 1 to 64 letters, digits, underscores, hyphens and dots')
  }
  if (!/^[\w.:-]{1,64}$/.test(node)) {
    throw new StoreConfigurationError(
      'a node is named by 1 to 64 letters, digits, underscores, hyphens, dots and colons',
    )
  }
  const location = parseRedisUrl(url)
  const durability = parseDurability(options.durability)
  // Known by the URL alone, and so told while Redis is away too.
  if (durability.level === 'fsync' && location.kind === 'sentinel') throw sentinelRefusal()
  const routes = makeRoutes(location, shardMaker(location, durability, options))
  const giveUp = (): void => routes.close()
  options.signal?.addEventListener('abort', giveUp)
  try {
    await routes.opened()
    const caveats =
      durability.level === 'replicas' ? await checkReplicas(routes, location.kind, durability.replicas) : []
    const access = new DocumentAccess(routes, prefix, options.formats ?? currentFormats)
    return new OpenRedisStore(access, location, options, caveats)
  } catch (error) {
    routes.close()
    throw error
  } finally {
    options.signal?.removeEventListener('abort', giveUp)
  }
}

function makeRoutes(location: RedisLocation, makeShard: MakeShard): Routes {
  return location.kind === 'cluster' ? new ClusterRoutes(location, makeShard) : singleRoute(makeShard)
}

function shardMaker(location: RedisLocation, durability: Durability, options: RedisStoreOptions): MakeShard {
  const checks = { kind: location.kind, durability, assumeConfigured: options.assumeConfigured ?? false }
  return (address: ServerAddress | undefined, onLost) => {
    const connect = (name: string): RedisConnection =>
      new RedisConnection({
        location,
        ...(address === undefined ? {} : { address }),
        name,
        check: (redis) => checkServer(redis, checks),
        onLost,
      })
    const commands = connect('weft')
    const appends: AppendLane =
      durability.level === 'replicas'
        ? new ReplicaLane(connect('weft-appends'), durability.replicas)
        : directLane(commands)
    return { name: address === undefined ? '' : addressText(address), address, commands, appends }
  }
}

class OpenRedisStore implements RedisStore {
  readonly log: DocumentLog
  readonly catalog: DocumentCatalog
  readonly changes: Changes
  readonly files: DocumentFiles
  readonly revocations: Revocations
  readonly collections: Collections
  readonly relay: RedisRelay
  readonly caveats: readonly string[]
  readonly nodes: NodeRegistry
  readonly channel: RedisNodeChannel
  readonly #channels: ShardedChannels
  readonly #access: DocumentAccess
  readonly #index: ListingIndex
  readonly #operations = new Operations()

  constructor(access: DocumentAccess, location: RedisLocation, options: RedisStoreOptions, caveats: readonly string[]) {
    const { node, now = Date.now, onCheckpointStep = (): void => {} } = options
    const feed = new ChangeFeed(access)
    const index = new ListingIndex(access, feed)
    const lives = new DocumentLives(access, index)
    const counter = new DocumentCounter(access)
    const checkpoints = new CheckpointWriter(access, now, onCheckpointStep)
    this.#access = access
    this.#index = index
    this.caveats = caveats
    this.log = countedLog(new RedisLog({ access, lives, checkpoints, index, node, now }), this.#operations)
    this.catalog = countedCatalog(
      new RedisCatalog(lives, index, new ListingReader(access, index), new TrashReader(access, index), counter),
      this.#operations,
    )
    const rebuild = (): Promise<number> => rebuildListing(access, index)
    void new TitleBackfill({ access, counter, rebuild }).run()
    this.#channels = new ShardedChannels(access, location)
    this.relay = new RedisRelay(access, this.#channels, node)
    this.channel = new RedisNodeChannel(access, this.#channels, node)
    this.files = countedFiles(new RedisFiles(access), this.#operations)
    this.revocations = countedRevocations(new RedisRevocations(access), this.#operations)
    const begin = (): void => void this.rebuildIndex().catch(() => {})
    this.changes = countedChanges(new RedisChanges({ access, feed, index, begin }), this.#operations)
    this.collections = countedCollections(new RedisCollections(access), this.#operations)
    this.nodes = countedNodes(new RedisNodes(access), this.#operations)
  }

  async check(): Promise<void> {
    await this.#operations.run(() =>
      Promise.all(this.#access.routes.shards().map(({ commands }) => commands.call('PING', []))),
    )
  }

  rebuildIndex(): Promise<number> {
    return this.#operations.run(() => rebuildListing(this.#access, this.#index))
  }

  async close(): Promise<void> {
    await this.#operations.close()
    await this.#index.close()
    this.relay.close()
    this.channel.close()
    this.#channels.close()
    this.#access.routes.close()
  }
}

function countedLog(log: DocumentLog, operations: Operations): DocumentLog {
  return {
    load: (document, reader) => operations.run(() => log.load(document, reader)),
    append: (document, request) => operations.run(() => log.append(document, request)),
    read: (document, from) => operations.run(() => log.read(document, from)),
    replaceCheckpoint: (document, checkpoint, replaces) =>
      operations.run(() => log.replaceCheckpoint(document, checkpoint, replaces)),
    heads: (documents) => operations.run(() => log.heads(documents)),
    begin: (document, lost, at) => operations.run(() => log.begin(document, lost, at)),
  }
}

function countedCatalog(catalog: DocumentCatalog, operations: Operations): DocumentCatalog {
  return {
    create: (document) => operations.run(() => catalog.create(document)),
    get: (document) => operations.run(() => catalog.get(document)),
    creatorOf: (document) => operations.run(() => catalog.creatorOf(document)),
    count: () => operations.run(() => catalog.count()),
    list: (listing) => operations.run(() => catalog.list(listing)),
    setTitle: (document, title, at, expected) => operations.run(() => catalog.setTitle(document, title, at, expected)),
    trash: (document, at) => operations.run(() => catalog.trash(document, at)),
    restore: (document) => operations.run(() => catalog.restore(document)),
    listTrash: (listing) => operations.run(() => catalog.listTrash(listing)),
    delete: (document, at, trashed) => operations.run(() => catalog.delete(document, at, trashed)),
    recreate: (document) => operations.run(() => catalog.recreate(document)),
  }
}

function countedFiles(files: DocumentFiles, operations: Operations): DocumentFiles {
  return {
    put: (document, file, limits) => operations.run(() => files.put(document, file, limits)),
    list: (document) => operations.run(() => files.list(document)),
    get: (document, hash) => operations.run(() => files.get(document, hash)),
    // Read as slowly as whoever takes it likes: closing does not wait for that.
    read: (document, hash, range) => files.read(document, hash, range),
    remove: (document, hash) => operations.run(() => files.remove(document, hash)),
  }
}

function countedChanges(changes: Changes, operations: Operations): Changes {
  return {
    read: (after, limit) => operations.run(() => changes.read(after, limit)),
    latest: () => operations.run(() => changes.latest()),
  }
}

function countedRevocations(revocations: Revocations, operations: Operations): Revocations {
  return {
    add: (revocation, now) => operations.run(() => revocations.add(revocation, now)),
    since: (seen, now) => operations.run(() => revocations.since(seen, now)),
  }
}

function countedCollections(collections: Collections, operations: Operations): Collections {
  return {
    get: (collection, key) => operations.run(() => collections.get(collection, key)),
    list: (collection, range) => operations.run(() => collections.list(collection, range)),
    change: (collection, change) => operations.run(() => collections.change(collection, change)),
  }
}

function countedNodes(nodes: NodeRegistry, operations: Operations): NodeRegistry {
  return {
    announce: (node, ttl) => operations.run(() => nodes.announce(node, ttl)),
    list: () => operations.run(() => nodes.list()),
    withdraw: (node) => operations.run(() => nodes.withdraw(node)),
  }
}
