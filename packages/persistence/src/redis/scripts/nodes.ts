import { maxTtl } from '../../node-registry.ts'
import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * A node stands in the hash under its name: the time at which it stops to count, a space, its record. That time is by the
 * clock of Redis alone, so that nodes whose clocks differ agree on who is up. One that lies further ahead than anyone may
 * ask for is somebody else's, or from before that clock was set back.
 */
const counting = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function countsUntil(entry)
  local deadline = tonumber(string.match(entry, '^(%d+) '))
  if deadline and deadline > now and deadline <= now + ${maxTtl} then return deadline end
end
`

/**
 * Puts a node's record in, and takes out those whose time is over. Replies what stood there of a node that still counted.
 * The hash goes away with the last of them.
 *
 * Key: the nodes. Arguments: name, milliseconds, record.
 */
export const announceScript: RedisScript = redisScript(
  `
${counting}
local before = redis.call('HGET', KEYS[1], ARGV[1])
local last = now + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', last) .. ' ' .. ARGV[3])
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local deadline = countsUntil(entries[i + 1])
  if not deadline then redis.call('HDEL', KEYS[1], entries[i]) elseif deadline > last then last = deadline end
end
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last))
if before and countsUntil(before) then return string.match(before, '^%d+ (.*)$') end
`,
  // It frees what it takes: an operator whose Redis is full wants to see who is up.
  'allow-oom',
)

/** Replies names and records of the nodes that count. Key: the nodes. */
export const listNodesScript: RedisScript = redisScript(
  `
${counting}
local live = {}
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  if countsUntil(entries[i + 1]) then
    live[#live + 1] = entries[i]
    live[#live + 1] = string.match(entries[i + 1], '^%d+ (.*)$')
  end
end
return live
`,
  'no-writes',
)
