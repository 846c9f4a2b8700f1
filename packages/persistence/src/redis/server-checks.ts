import type { Redis } from 'ioredis'
import { StoreConfigurationError, StoreUnavailableError } from '../errors.ts'
import type { Durability } from './durability.ts'
import { assertNoFailover } from './failover-checks.ts'
import type { RedisLocation } from './redis-url.ts'
import { isConfigurationReply } from './reply-errors.ts'
import { listIn, textIn } from './reply.ts'

/** What a server is checked for whenever a connection to it has been made. */
export interface ServerChecks {
  readonly kind: RedisLocation['kind']
  readonly durability: Durability
  /** Whoever runs Redis says that it is set up for `fsync`, where a managed Redis does not let anyone look. */
  readonly assumeConfigured: boolean
}

/** The oldest Redis that has what the scripts and the relay need. Valkey calls itself Redis 7.2. */
const oldestMajor = 7

/** What `fsync` needs: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
const fsyncSettings: readonly (readonly [name: string, value: string])[] = [
  ['appendonly', 'yes'],
  ['appendfsync', 'always'],
  ['no-appendfsync-on-rewrite', 'no'],
]

/**
 * Checks that a server is one that the store may claim its durability on.
 *
 * @throws StoreConfigurationError that says what to set; StoreUnavailableError where it will be another server soon; and what
 *   the connection throws
 */
export async function checkServer(redis: Redis, checks: ServerChecks): Promise<void> {
  const info = parseInfo(textIn(await redis.callBuffer('INFO')))
  checkVersion(info)
  checkKind(info, checks.kind)
  checkRole(info, checks.kind)
  const policy = info.get('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction') {
    throw new StoreConfigurationError(
      `Redis would throw documents away when its memory is full: set maxmemory-policy to noeviction (it is ${policy})`,
    )
  }
  if (checks.durability.level === 'fsync') await checkFsync(redis, info, checks)
}

/** How many replicas a master has, by its INFO. */
export function replicasIn(info: string): number {
  return Number(parseInfo(info).get('connected_slaves') ?? 0)
}

function checkVersion(info: ReadonlyMap<string, string>): void {
  const version = info.get('redis_version') ?? 'unknown'
  if (Number.parseInt(version, 10) >= oldestMajor) return
  throw new StoreConfigurationError(`Weft needs Redis 7 or Valkey 7.2 and up: this is Redis ${version}`)
}

function checkRole(info: ReadonlyMap<string, string>, kind: RedisLocation['kind']): void {
  if (info.get('role') === 'master') return
  // Who is the master changes there by itself, and whoever was asked may not know yet. It is no mistake of anybody's.
  if (kind !== 'standalone') throw new StoreUnavailableError('it has become a replica, and its master is looked for')
  throw new StoreConfigurationError(
    'this Redis is a replica and takes no writes: give Weft the master, or let Sentinel or Cluster name it',
  )
}

function checkKind(info: ReadonlyMap<string, string>, kind: RedisLocation['kind']): void {
  const clustered = info.get('redis_mode') === 'cluster'
  if (clustered === (kind === 'cluster')) return
  throw new StoreConfigurationError(
    clustered
      ? 'this Redis is part of a Cluster: name it by redis+cluster://host:port,host:port'
      : 'this Redis is no part of a Cluster: name it by redis://host:port',
  )
}

async function checkFsync(redis: Redis, info: ReadonlyMap<string, string>, checks: ServerChecks): Promise<void> {
  await assertNoFailover(redis, checks.kind)
  // This much is told by INFO even where CONFIG is not allowed.
  if (info.get('aof_enabled') === '0') throw unset('appendonly', 'yes', 'no')
  if (checks.assumeConfigured) return
  const settings = await readSettings(redis)
  for (const [name, value] of fsyncSettings) {
    const found = settings.get(name)
    if (found !== value) throw unset(name, value, found ?? 'unknown')
  }
}

function unset(name: string, value: string, found: string): StoreConfigurationError {
  return new StoreConfigurationError(
    `Redis is not set up for the durability fsync: set ${name} to ${value} (it is ${found}), or give --durability memory`,
  )
}

async function readSettings(redis: Redis): Promise<Map<string, string>> {
  try {
    const list = listIn(await redis.callBuffer('CONFIG', 'GET', ...fsyncSettings.map(([name]) => name)))
    const settings = new Map<string, string>()
    for (let index = 0; index < list.length; index += 2) settings.set(textIn(list[index]), textIn(list[index + 1]))
    return settings
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    if (!isConfigurationReply(message) && !message.startsWith('ERR')) throw cause
    throw new StoreConfigurationError(
      `Redis does not let Weft look whether it is set up for the durability fsync (${message}): allow CONFIG GET, or, where ` +
        'appendonly yes, appendfsync always and no-appendfsync-on-rewrite no are sure, say so with ' +
        '--redis-settings assumed, or give --durability memory',
      { cause },
    )
  }
}

function parseInfo(text: string): Map<string, string> {
  const info = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0 && !line.startsWith('#')) info.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return info
}
