import { eraseFiles } from './files.ts'
import { formatCheck } from './format-check.ts'
import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * A document begins with a log that has had an entry and holds none: an empty stream is there, while a missing one would make
 * every append TRYAGAIN for as long as the document's slot is being moved. For the same reason `head` alone is declared
 * where the others may be missing, and no command names two of them. What a lost head left of a log is put aside, never thrown away.
 */
const beginDocument = `
local function begin(head, log, meta, orphan, epoch, at, title, creator, format)
  if redis.call('EXISTS', log) == 1 then
    if redis.call('XLEN', log) > 0 then redis.call('RENAME', log, orphan) else redis.call('DEL', log) end
  end
  redis.call('DEL', head)
  redis.call('DEL', meta)
  redis.call('XADD', log, '0-1', 'i', '')
  redis.call('XDEL', log, '0-1')
  redis.call('HSET', meta, 'title', title, 'created', at, 'creator', creator)
  redis.call('HSET', head, 'format', format, 'epoch', epoch, 'position', '0', 'tip', '', 'total', '0', 'updated', at)
end
`

/** Key: head. Arguments: log, meta, where to put a log without a head, epoch, time, title, creator, the format
 * that is written. */
export const createScript: RedisScript = redisScript(`
${beginDocument}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'deleted')
if head[2] then return 'deleted' end
if head[1] then return 'present' end
begin(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8])
return 'created'
`)

/** Key: head. Arguments: as of create, then the epoch of the tombstone that it is for. */
export const recreateScript: RedisScript = redisScript(`
${beginDocument}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'deleted')
if not head[1] then return 'missing' end
if not head[2] or head[1] ~= ARGV[9] then return 'present' end
begin(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8])
return 'created'
`)

/**
 * Keys: head, log, meta, and the checkpoint where there is one. Arguments: the epoch that is deleted, the checkpoint's
 * generation, the tombstone's epoch, the time, the formats; the key of its files, and what those of their chunks begin with; and
 * what has to stand in `deleted`, unless anything may: of one that is in the trash since then.
 */
export const deleteScript: RedisScript = redisScript(
  `
${formatCheck}
${eraseFiles}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'deleted', 'checkpoint:generation', 'format')
if not head[1] then return 'missing' end
if not readable(head[4], ARGV[5], ARGV[6]) then return 'format' end
if head[2] and not string.match(head[2], '^trash:') then return 'deleted' end
if ARGV[10] ~= '' and head[2] ~= ARGV[10] then return 'done' end
if head[1] ~= ARGV[1] or (head[3] or '') ~= ARGV[2] then return 'moved' end
redis.call('UNLINK', unpack(KEYS, 2))
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'format', ARGV[7], 'epoch', ARGV[3], 'position', '0', 'tip', '', 'deleted', ARGV[4])
eraseFiles(ARGV[8], ARGV[9])
return 'done'
`,
  'allow-oom',
)

/** Keys: head, meta. Arguments: title, time, whether a title is expected, that title, the formats. */
export const setTitleScript: RedisScript = redisScript(`
${formatCheck}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'deleted', 'updated', 'format')
if not head[1] then return 'missing' end
if not readable(head[4], ARGV[5], ARGV[6]) then return 'format' end
if head[2] then return 'deleted' end
if ARGV[3] == '1' and (redis.call('HGET', KEYS[2], 'title') or '') ~= ARGV[4] then return 'other' end
redis.call('HSET', KEYS[2], 'title', ARGV[1])
if tonumber(ARGV[2]) > tonumber(head[3]) then redis.call('HSET', KEYS[1], 'updated', ARGV[2]) end
return 'done'
`)

/** Key: head. Arguments: the mark of the trash, the formats. */
export const trashScript: RedisScript = redisScript(`
${formatCheck}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'deleted', 'format')
if not head[1] then return 'missing' end
if not readable(head[3], ARGV[2], ARGV[3]) then return 'format' end
if head[2] then return 'deleted' end
redis.call('HSET', KEYS[1], 'deleted', ARGV[1])
return 'done'
`)

/** Key: head. Arguments: the formats. */
export const restoreScript: RedisScript = redisScript(`
${formatCheck}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'deleted', 'format')
if not head[1] then return 'missing' end
if not readable(head[3], ARGV[1], ARGV[2]) then return 'format' end
if not head[2] then return 'done' end
if not string.match(head[2], '^trash:') then return 'deleted' end
redis.call('HDEL', KEYS[1], 'deleted')
return 'done'
`)
