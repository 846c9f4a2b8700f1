import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * A bucket's part of the feed of changes. `feed` is the hash of its entries by document, each a place, a space and its text;
 * `changes` has the documents by their places. `marks` are documents that are about to be changed, by the time of that: each
 * is taken away once the change is in the feed, so that what stays for long was left by a node that has died.
 */

/**
 * Says that a document is about to be changed. Key: the marks. Argument: the mark.
 */
export const markScript: RedisScript = redisScript(`
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'NX', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), ARGV[1])
`)

/**
 * Gives documents their places, each where its entry is still the one that was seen before its facts were. Replies those of
 * which it is another one.
 *
 * Key: the feed. Arguments: what the names of the bucket's keys begin with; then of each document its id, its entry as it was
 * seen, the text of the new one (empty: nothing happened), and the mark that is taken away, if there is one.
 */
export const feedScript: RedisScript = redisScript(`
local base = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local place = tonumber(redis.call('ZREVRANGE', base .. 'changes', 0, 0, 'WITHSCORES')[2] or '0')
local moved = {}
for i = 2, #ARGV, 4 do
  local id, seen, text, mark = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if (redis.call('HGET', KEYS[1], id) or '') ~= seen then
    moved[#moved + 1] = id
  else
    if text ~= '' then
      place = math.max(place + 1, now)
      local digits = string.format('%.0f', place)
      redis.call('HSET', KEYS[1], id, digits .. ' ' .. text)
      redis.call('ZADD', base .. 'changes', digits, id)
    end
    if mark ~= '' then redis.call('ZREM', base .. 'marks', mark) end
  end
end
return moved
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
