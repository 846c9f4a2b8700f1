import { formatCheck } from './format-check.ts'
import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * Keys: head, log. No others are declared: while a slot of a Cluster is being moved, a declared key that does not exist makes
 * every call TRYAGAIN. Arguments: epoch, node, token, whether a tip is asked for, that tip, time, channel, now, the
 * formats; then of each entry its tip and its record.
 *
 * Everything is checked before anything is written, and the log is written before the head: a script that fails is not
 * rolled back. A repeated token is written again, so that what waits for replicas has a write to wait for.
 */

/** Appends and publishes: another node hears only of what is in the log. */
export const appendScript: RedisScript = redisScript(`
${formatCheck}
local field = 'append:' .. ARGV[2]
local head = redis.call('HMGET', KEYS[1], 'format', 'epoch', 'deleted', 'position', 'tip', 'total', 'updated', field)
if not head[2] then return {'missing'} end
if not readable(head[1], ARGV[9], ARGV[10]) then return {'format', head[1] or ''} end
if head[3] then return {'deleted'} end
if head[2] ~= ARGV[1] then return {'epoch', head[2]} end
if head[8] then
  local first, last, previous, tip, token = string.match(head[8], '^(%d+) (%d+) (%S+) (%S+) %d+ (.*)$')
  if token == ARGV[3] then
    redis.call('HSET', KEYS[1], field, head[8])
    if previous == '.' then previous = '' end
    return {'appended', first, last, previous, tip}
  end
end
local previous = head[5]
if ARGV[4] == '1' and ARGV[5] ~= previous then return {'tip', previous} end

local before = tonumber(head[4])
local total = tonumber(head[6])
local position = before
for i = 12, #ARGV, 2 do
  position = position + 1
  total = total + #ARGV[i + 1]
  redis.call('XADD', KEYS[2], string.format('%.0f-0', position),
    'i', ARGV[i], 'b', string.format('%.0f', total), 'r', ARGV[i + 1])
end
local first = string.format('%.0f', before + 1)
local last = string.format('%.0f', position)
local tip = ARGV[#ARGV - 1]
local updated = head[7]
if tonumber(ARGV[6]) > tonumber(updated) then updated = ARGV[6] end
local known = previous
if known == '' then known = '.' end
redis.call('HSET', KEYS[1], 'format', raised(head[1], ARGV[11]), 'position', last, 'tip', tip,
  'total', string.format('%.0f', total), 'updated', updated, field, table.concat({first, last, known, tip, ARGV[8], ARGV[3]}, ' '))

local places = table.concat({ARGV[1], first, last, previous, tip, ARGV[2]}, '\\n')
local message = {struct.pack('<BBI2', tonumber(ARGV[11]), 1, #places), places}
for i = 13, #ARGV, 2 do
  message[#message + 1] = struct.pack('<I4', #ARGV[i])
  message[#message + 1] = ARGV[i]
end
redis.call('SPUBLISH', ARGV[7], table.concat(message))
return {'appended', first, last, previous, tip}
`)
