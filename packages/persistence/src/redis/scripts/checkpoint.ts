import { formatCheck } from './format-check.ts'
import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * All of these free memory in the end, so Redis runs them when it has none left: otherwise a full Redis could not be
 * compacted.
 */

/**
 * Writes a part of a checkpoint under its generation, which goes away by itself unless it is put in place.
 *
 * Key: the generation. Arguments: milliseconds until it goes away, then names and values.
 */
export const writeChunkScript: RedisScript = redisScript(
  `
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
`,
  'allow-oom',
)

/**
 * Puts a checkpoint in the place of the old one, where everything is as its maker found it (L4).
 *
 * Keys: head, log, the new generation, and the old one where there is one. Arguments: epoch, position, tip, tip of the old
 * checkpoint, the new generation's name, how many parts it has, its bytes, the old one's name, milliseconds that the old
 * one stays for those who are reading it, the time before which tokens are forgotten, the formats.
 */
export const replaceCheckpointScript: RedisScript = redisScript(
  `
${formatCheck}
local head = redis.call('HMGET', KEYS[1], 'format', 'epoch', 'deleted', 'position', 'tip', 'total',
  'checkpoint:generation', 'checkpoint:position', 'checkpoint:tip', 'checkpoint:total')
if not readable(head[1], ARGV[11], ARGV[12]) or head[3] or head[2] ~= ARGV[1] then return 0 end
if (head[9] or '') ~= ARGV[4] or (head[7] or '') ~= ARGV[8] then return 0 end
local position = tonumber(ARGV[2])
if position < 1 or position < tonumber(head[8] or '0') or position > tonumber(head[4]) then return 0 end

local tip, total
if ARGV[2] == head[8] then
  tip, total = head[9], head[10]
elseif ARGV[2] == head[4] then
  tip, total = head[5], head[6]
else
  local id = ARGV[2] .. '-0'
  local entry = redis.call('XRANGE', KEYS[2], id, id)[1]
  if not entry then return 0 end
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'i' then tip = entry[2][i + 1] end
    if entry[2][i] == 'b' then total = entry[2][i + 1] end
  end
end
if tip ~= ARGV[3] then return 0 end
if redis.call('HLEN', KEYS[3]) ~= tonumber(ARGV[6]) then return 0 end

redis.call('PERSIST', KEYS[3])
redis.call('HSET', KEYS[1], 'format', raised(head[1], ARGV[13]), 'checkpoint:generation', ARGV[5],
  'checkpoint:position', ARGV[2], 'checkpoint:tip', tip, 'checkpoint:total', total, 'checkpoint:bytes', ARGV[7])
if KEYS[4] then redis.call('PEXPIRE', KEYS[4], ARGV[9]) end

local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local at = string.match(fields[i], '^append:') and string.match(fields[i + 1], '^%d+ %d+ %S+ %S+ (%d+) ')
  if at and tonumber(at) < tonumber(ARGV[10]) then redis.call('HDEL', KEYS[1], fields[i]) end
end
return 1
`,
  'allow-oom',
)

/**
 * Takes away some of the entries that the checkpoint in place covers, and no others. Replies whether there are more.
 *
 * Keys: head, log. Argument: how many at most.
 */
export const trimScript: RedisScript = redisScript(
  `
local covered = tonumber(redis.call('HGET', KEYS[1], 'checkpoint:position') or '0')
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
if not oldest then return 0 end
local position = tonumber(string.match(oldest[1], '^%d+'))
if position > covered then return 0 end
local bound = math.min(position + tonumber(ARGV[1]), covered + 1)
redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-0', bound))
if bound <= covered then return 1 end
return 0
`,
  'allow-oom',
)
