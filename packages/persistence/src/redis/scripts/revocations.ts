import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * A revocation stands in the hash under its id: the time at which it is over, a space, its record. Beside them `:latest`
 * holds the id of the one that came last.
 */

/**
 * Adds a revocation, and takes out those whose time is over. The hash goes away with the last of them.
 *
 * Key: the revocations. Arguments: id, its end, record, now.
 */
export const addRevocationScript: RedisScript = redisScript(
  `
local last = tonumber(ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3], ':latest', ARGV[1])
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  if entries[i] ~= ':latest' then
    local over = tonumber(string.match(entries[i + 1], '^(%d+) '))
    if not over or over <= tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], entries[i]) elseif over > last then last = over end
  end
end
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last))
`,
  // It frees what it takes, and whoever has to shut somebody out cannot wait for room.
  'allow-oom',
)

/**
 * Replies the id of the revocation that came last, then the records of all; nothing where the last one is known.
 *
 * Key: the revocations. Arguments: whether one is known (1), its id.
 */
export const revocationsSinceScript: RedisScript = redisScript(
  `
local latest = redis.call('HGET', KEYS[1], ':latest') or ''
if ARGV[1] == '1' and ARGV[2] == latest then return nil end
local reply = { latest }
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local record = string.match(entries[i + 1], '^%d+ (.*)$')
  if entries[i] ~= ':latest' and record then reply[#reply + 1] = record end
end
return reply
`,
  'no-writes',
)
