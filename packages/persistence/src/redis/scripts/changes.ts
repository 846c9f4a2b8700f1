import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * A bucket's part of the feed of changes. `feed` is the hash of its entries by document, each a place, a space and its text;
 * `changes` has the documents by their places. `marks` are documents that are about to be changed, by the time of that: each
 * is taken away once the change is in the listing and the feed (listing.ts writes both), so that what stays for long was left by a node that has died.
 */

/**
 * Says that a document is about to be changed. Key: the marks. Argument: the mark.
 */
export const markScript: RedisScript = redisScript(`
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'NX', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), ARGV[1])
`)

/**
 * Replies the bucket's last place, some marks that are older than they should be, and ids and entries after a place.
 *
 * Key: the feed. Arguments: what the names of the bucket's keys begin with, the place, how many at most, and from what age on
 * a mark is old, in milliseconds.
 */
export const readFeedScript: RedisScript = redisScript(
  `
local base = ARGV[1]
local time = redis.call('TIME')
local old = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[4])
local last = redis.call('ZREVRANGE', base .. 'changes', 0, 0, 'WITHSCORES')[2] or '0'
local marks = redis.call('ZRANGEBYSCORE', base .. 'marks', '-inf', string.format('%.0f', old), 'LIMIT', 0, 100)
local entries = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', base .. 'changes', '(' .. ARGV[2], '+inf', 'LIMIT', 0, ARGV[3])) do
  entries[#entries + 1] = id
  entries[#entries + 1] = redis.call('HGET', KEYS[1], id) or ''
end
return {string.format('%.0f', tonumber(last)), marks, entries}
`,
  'no-writes',
)
