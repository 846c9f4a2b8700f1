import { CorruptRecordError, StoreConfigurationError, StoreError, StoreUnavailableError } from '../errors.ts'

/** What is wrong with what Redis was asked, as text that says what to do. */
function explain(message: string): string {
  const [code = ''] = message.split(' ', 1)
  switch (code) {
    case 'OOM':
      return 'Redis is out of memory and takes nothing: raise maxmemory in its redis.conf, or delete documents'
    case 'READONLY':
      return 'this Redis is a read-only replica: name its master in --store'
    case 'WRONGPASS':
    case 'NOAUTH':
      return 'Redis refuses the user name or password: correct them in --store (redis://user:password@host:port)'
    case 'NOPERM':
      return `Redis does not permit its user what Weft needs (${message}): grant it with ACL SETUSER`
    case 'MISCONF':
      return `Redis cannot write to its disk: see its log (${message})`
    default:
      if (
        /^(Reached the max retries|Connection is closed|Command timed out|Stream isn't writeable|connect |read )/.test(
          message,
        )
      ) {
        return `the connection to Redis is lost; whether it did the last that it was asked is unknown (${message})`
      }
      return `Redis did not do what it was asked: ${message}`
  }
}

/** Whether trying again changes nothing before somebody has changed a setting. */
export function isRefusal(message: string): boolean {
  return /^(WRONGPASS|NOAUTH|NOPERM|READONLY)\b/.test(message)
}

/** A failure at runtime as an error of the port. @param document that was asked for, where it was one */
export function storeErrorOf(cause: unknown, document: string | undefined): Error {
  if (cause instanceof StoreError || cause instanceof StoreConfigurationError || cause instanceof RangeError)
    return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  if (message.startsWith('WRONGTYPE')) {
    const detail = 'a key that Weft keeps it under holds a value of another type: something else writes to this Redis'
    return document === undefined
      ? new StoreUnavailableError(`an index of documents is damaged: ${detail}; remove that key`, { cause })
      : new CorruptRecordError(document, undefined, detail, { cause })
  }
  if (/equal or smaller than the target stream top item/.test(message) && document !== undefined) {
    return new CorruptRecordError(document, undefined, 'the log goes on past its head', { cause })
  }
  return new StoreUnavailableError(explain(message), { cause })
}

/** A failure to open the store. */
export function openErrorOf(cause: unknown): Error {
  if (cause instanceof StoreConfigurationError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  if (isRefusal(message)) return new StoreConfigurationError(explain(message), { cause })
  if (/\b(E[A-Z]+|closed)\b/.test(message) && !message.startsWith('ERR ')) {
    return new StoreUnavailableError(`Redis cannot be reached: start it, or correct --store (${message})`, { cause })
  }
  return storeErrorOf(cause, undefined)
}
