import { type Script, script } from './script.ts'

/**
 * Writes a part of a checkpoint that does not count yet. What nobody finishes is gone after a while.
 *
 * It may run when Redis is out of memory, as it takes some in order to free more.
 * Key: the new checkpoint. Arguments: field, record, seconds.
 */
export const chunkScript: Script = script(`#!lua flags=allow-oom
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
`)

/**
 * Puts a checkpoint that is written whole in the place of the old one, if all that it was made from still stands (L4).
 * It frees memory, so it may run when Redis is out of it.
 *
 * Keys: head, log, the new checkpoint, and the old one where there is one.
 * Arguments: epoch, position, tip, tip that it replaces (empty for none), new generation, old generation (empty for none), bytes.
 */
export const flipScript: Script = script(`#!lua flags=allow-oom
local head, log, made = KEYS[1], KEYS[2], KEYS[3]
local position, tip = ARGV[2], ARGV[3]
local f = redis.call('HMGET', head, 'epoch', 'deleted', 'position', 'tip', 'logged', 'cp', 'cp_position', 'cp_tip', 'cp_logged')
local covered = tonumber(f[7] or '0')
if f[1] ~= ARGV[1] or f[2] or (f[8] or '') ~= ARGV[4] or (f[6] or '') ~= ARGV[6] then return 0 end
if tonumber(position) < 1 or tonumber(position) < covered then return 0 end
local found, logged
if f[6] and tonumber(position) == covered then found, logged = f[8], f[9]
elseif position == f[3] then found, logged = f[4], f[5]
else
  local entry = redis.call('XRANGE', log, position .. '-0', position .. '-0')[1]
  if not entry then return 0 end
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == 'i' then found = fields[i + 1] end
    if fields[i] == 'b' then logged = fields[i + 1] end
  end
end
if found ~= tip then return 0 end
if redis.call('HEXISTS', made, 'header') == 0 then return 0 end
redis.call('PERSIST', made)
redis.call('HSET', head, 'cp', ARGV[5], 'cp_position', position, 'cp_tip', tip, 'cp_logged', logged, 'cp_bytes', ARGV[7])
if KEYS[4] then redis.call('UNLINK', KEYS[4]) end
return 1
`)

/**
 * Takes away some of the entries that the checkpoint covers, of this epoch only: the document may have been made anew
 * meanwhile. Answers 1 where there are more.
 *
 * Keys: head, log. Arguments: epoch, how many.
 */
export const trimScript: Script = script(`#!lua flags=allow-oom
local f = redis.call('HMGET', KEYS[1], 'epoch', 'deleted', 'cp_position')
if f[1] ~= ARGV[1] or f[2] or not f[3] then return 0 end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
if not first then return 0 end
local stop = tonumber(f[3]) + 1
local step = tonumber(string.match(first[1], '^(%d+)')) + tonumber(ARGV[2])
if step < stop then
  redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-0', step))
  return 1
end
redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-0', stop))
return 0
`)
