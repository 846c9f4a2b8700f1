import { StoreConfigurationError } from '../errors.ts'

/**
 * What `saved` means. `fsync`: Redis has synced its append-only file to the disk; `memory`: Redis has it in memory, and what
 * becomes of it is for Redis's own persistence.
 */
export type RedisDurability = 'fsync' | 'memory'

/** Sharded channels came with it. */
const leastMajor = 7

/** Asks one question of the server: its replies as text. */
export interface AskServer {
  info(): Promise<string>
  /** Rejects where CONFIG is not permitted. Undefined where there is no such setting. */
  setting(name: string): Promise<string | undefined>
}

/** @throws StoreConfigurationError that says what to set, and where */
export async function assertRequirements(ask: AskServer, durability: RedisDurability): Promise<void> {
  const info = infoOf(await ask.info())
  assertServer(info)
  if (durability === 'memory') return
  if (info.get('aof_enabled') !== '1') {
    throw unfit('it keeps no append-only file', 'appendonly yes')
  }
  await assertSetting(ask, 'appendfsync', 'always', 'it does not sync its append-only file before it answers')
  await assertSetting(ask, 'no-appendfsync-on-rewrite', 'no', 'it does not sync while it rewrites its append-only file')
}

function assertServer(info: ReadonlyMap<string, string>): void {
  const version = info.get('redis_version') ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= leastMajor)) {
    throw new StoreConfigurationError(
      `this Redis is of version ${version}, and Weft needs ${leastMajor}.0 or later (or Valkey 7.2): upgrade it`,
    )
  }
  if (info.get('redis_mode') === 'cluster') {
    throw new StoreConfigurationError('this Redis is a node of a Cluster: Weft needs a single Redis yet')
  }
  if (info.get('role') !== 'master') {
    const master = `${info.get('master_host') ?? '?'}:${info.get('master_port') ?? '?'}`
    throw new StoreConfigurationError(
      `this Redis is a replica, which takes no writes: name its master, ${master}, in --store`,
    )
  }
  const policy = info.get('maxmemory_policy') ?? 'unknown'
  if (policy !== 'noeviction') {
    throw new StoreConfigurationError(
      `this Redis would throw documents away when its memory is full (maxmemory-policy ${policy}): ` +
        'set "maxmemory-policy noeviction" in its redis.conf',
    )
  }
}

async function assertSetting(ask: AskServer, name: string, wanted: string, why: string): Promise<void> {
  const value = await ask.setting(name).catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause)
    if (!/^(NOPERM|ERR unknown command)/.test(message)) throw cause
    throw new StoreConfigurationError(
      `this Redis does not let Weft read its settings, so fsync cannot be promised: permit its user "config|get", ` +
        'or run with durability memory',
      { cause },
    )
  })
  if (value !== wanted) throw unfit(`${why} (${name} ${value ?? 'is unknown'})`, `${name} ${wanted}`)
}

function unfit(why: string, setting: string): StoreConfigurationError {
  return new StoreConfigurationError(
    `fsync cannot be promised by this Redis: ${why}. Set "${setting}" in its redis.conf, or run with durability memory`,
  )
}

function infoOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}
