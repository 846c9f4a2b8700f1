import { createHash } from 'node:crypto'

/** A Lua script, known to Redis by its hash once it has been sent. */
export interface RedisScript {
  readonly text: string
  /** SHA-1 of the text, as EVALSHA takes it. */
  readonly hash: string
}

/** Makes a script of a text. `flags` stand in its first line: https://redis.io/docs/latest/develop/programmability/lua-api/ */
export function redisScript(text: string, flags?: 'allow-oom' | 'no-writes'): RedisScript {
  const whole = flags === undefined ? text.trim() : `#!lua flags=${flags}\n${text.trim()}`
  return { text: whole, hash: createHash('sha1').update(whole).digest('hex') }
}
