import { CorruptRecordError, StoreUnavailableError } from '../errors.ts'

/** An error that Redis itself replied. Its first word says which one it is. */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError'
  readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = message.slice(0, message.includes(' ') ? message.indexOf(' ') : undefined)
  }
}

/** What to do about a refusal that is no fault of the request: for whoever runs the Redis. */
const advice: Readonly<Record<string, string>> = {
  OOM: 'Redis is out of memory: raise maxmemory, or delete documents that nobody needs',
  READONLY: 'this Redis is a replica and takes no writes: give Weft the master, or let Sentinel or Cluster name it',
  MISCONF: 'Redis cannot write to its disk and takes no writes until it can: see its log, and make room on the disk',
  LOADING: 'Redis is still loading its data',
  MASTERDOWN: 'this Redis is a replica without its master',
  CLUSTERDOWN: 'the Redis Cluster does not serve all slots at the moment',
  TRYAGAIN: 'the keys of this document are being moved to another node of the Redis Cluster',
  BUSY: 'Redis is busy with a script of somebody else',
  NOREPLICAS: 'Redis has fewer replicas than min-replicas-to-write asks for',
  NOAUTH: 'Redis wants a password: put it into the store URL, redis://user:password@host',
  WRONGPASS: 'Redis does not take the user and password of the store URL',
  NOPERM: 'the Redis user may not do this: allow it all commands on keys and channels that begin with the prefix',
}

/** What Redis refuses a connection with because of what the store URL says, so that trying again does not help. */
const misconfigured: ReadonlySet<string> = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM'])

/** Whether the text is a refusal that only another store URL can mend. */
export function isConfigurationReply(message: string): boolean {
  const [code = ''] = message.split(' ')
  return misconfigured.has(code) || message.startsWith('ERR AUTH')
}

/** What to do about an error that Redis replied, and its own words. */
export function adviceOn(message: string): string {
  const [code = ''] = message.split(' ')
  const what = advice[code]
  return what === undefined ? `Redis refused: ${message}` : `${what} (${message})`
}

/**
 * The store's error for something that went wrong with a document's keys.
 *
 * @param prefix what all keys of the store begin with
 */
export function storeErrorOf(error: unknown, document: string, prefix: string): Error {
  if (!(error instanceof RedisReplyError)) return error instanceof Error ? error : new Error(String(error))
  if (error.code === 'WRONGTYPE') {
    const detail =
      `a key that begins with ${prefix}:{${document}} is of another type than Weft keeps there: ` +
      'something else writes under this prefix; move one of the two to another Redis, and remove that key'
    return new CorruptRecordError(document, undefined, detail, { cause: error })
  }
  return new StoreUnavailableError(adviceOn(error.message), { cause: error })
}
