import { type Script, script } from './script.ts'

/**
 * Begins a document. Keys: head, meta, log. Arguments: `create` or `recreate`, epoch, title, createdBy, time.
 * A tombstone gives way to `recreate` alone.
 */
export const beginScript: Script = script(`#!lua
local f = redis.call('HMGET', KEYS[1], 'epoch', 'deleted')
if ARGV[1] == 'create' then
  if f[2] then return 'deleted' end
  if f[1] then return 'present' end
else
  if not f[1] then return 'missing' end
  if not f[2] then return 'present' end
end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'position', '0', 'tip', '', 'updated', ARGV[5], 'logged', '0')
redis.call('HSET', KEYS[2], 'title', ARGV[3], 'createdBy', ARGV[4], 'created', ARGV[5])
return 'begun'
`)

/** Keys: head, meta. Arguments: title, time. Answers the time of the last change. */
export const titleScript: Script = script(`#!lua
local f = redis.call('HMGET', KEYS[1], 'epoch', 'deleted', 'updated')
if not f[1] then return {'missing'} end
if f[2] then return {'deleted'} end
local updated = f[3]
if tonumber(ARGV[2]) > tonumber(updated) then updated = ARGV[2] end
redis.call('HSET', KEYS[2], 'title', ARGV[1])
redis.call('HSET', KEYS[1], 'updated', updated)
return {'done', updated}
`)

/**
 * Empties a document and leaves its tombstone: the position, a new epoch, and that it was deleted (L5). It frees memory.
 * Keys: head, meta, log. Arguments: new epoch, time. Answers the checkpoint's generation, which is the caller's to remove: to
 * name it beforehand, the caller would have to read first, and appends that were asked for later would overtake.
 */
export const deleteScript: Script = script(`#!lua flags=allow-oom
local f = redis.call('HMGET', KEYS[1], 'epoch', 'deleted', 'position', 'cp')
if not f[1] then return {'missing'} end
if f[2] then return {'deleted'} end
redis.call('UNLINK', unpack(KEYS))
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'position', f[3], 'deleted', ARGV[2])
return {'done', f[4] or ''}
`)

/**
 * A page of an index by time: members after a place in order of score, then of id. The place itself may be gone, so it is
 * looked for by halving, which costs the same however many members share its score.
 * Key: the index. Arguments: how many, and the place: score and id; without these, from the beginning.
 */
export const pageScript: Script = script(`#!lua flags=no-writes
local key, count = KEYS[1], tonumber(ARGV[1])
local low = 0
if ARGV[2] then
  low = redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[2])
  local high = low + redis.call('ZCOUNT', key, ARGV[2], ARGV[2])
  while low < high do
    local middle = math.floor((low + high) / 2)
    if redis.call('ZRANGE', key, middle, middle)[1] <= ARGV[3] then low = middle + 1 else high = middle end
  end
end
return redis.call('ZRANGE', key, low, low + count - 1, 'WITHSCORES')
`)
