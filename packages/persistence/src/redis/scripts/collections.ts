import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * A collection is a hash of its texts, and a set of its keys in their order. The hash alone is declared: while a slot is being
 * moved, a declared key that does not exist makes every call TRYAGAIN.
 */

/**
 * Changes a collection where everything that is expected stands there. Replies whether it did.
 *
 * Key: the texts. Arguments: the set of keys; how many are expected, and of each its key, whether it is there (1) and its
 * text; how many are taken away, and their keys; then keys and texts that are put there.
 */
export const changeCollectionScript: RedisScript = redisScript(`
local i = 3
for _ = 1, tonumber(ARGV[2]) do
  local found = redis.call('HGET', KEYS[1], ARGV[i])
  if ARGV[i + 1] == '1' then
    if found ~= ARGV[i + 2] then return 0 end
  elseif found then
    return 0
  end
  i = i + 3
end
local removed = tonumber(ARGV[i])
for j = i + 1, i + removed do
  redis.call('HDEL', KEYS[1], ARGV[j])
  redis.call('ZREM', ARGV[1], ARGV[j])
end
for j = i + removed + 1, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[j], ARGV[j + 1])
  redis.call('ZADD', ARGV[1], 0, ARGV[j])
end
return 1
`)

/**
 * Replies keys and texts in the order of the keys.
 *
 * Key: the texts. Arguments: the set of keys, its command for the direction, the two bounds, how many at most.
 */
export const listCollectionScript: RedisScript = redisScript(
  `
local keys = redis.call(ARGV[2], ARGV[1], ARGV[3], ARGV[4], 'LIMIT', 0, ARGV[5])
local items = {}
for _, key in ipairs(keys) do
  items[#items + 1] = key
  items[#items + 1] = redis.call('HGET', KEYS[1], key) or ''
end
return items
`,
  'no-writes',
)
