import { formatCheck } from './format-check.ts'
import { type RedisScript, redisScript } from './redis-script.ts'

/*
 * The files of one life of a document are a hash: under a file's SHA-256 the name that its chunks are kept under, its bytes,
 * and its record, with a space between. The chunks of a file are a hash too, by number.
 */

/**
 * Writes a chunk of a file, which goes away by itself unless the file is put in its place. A Redis that is full takes none:
 * there is to be room for what people write.
 *
 * Key: chunks. Arguments: milliseconds until they go away, number, chunk.
 */
export const writeFileChunkScript: RedisScript = redisScript(`
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
`)

/**
 * Puts a file in its place whose chunks are written.
 *
 * Keys: head, files, chunks. Arguments: the epoch's beginning, which names the life; SHA-256, name of the chunks, bytes, record,
 * how many chunks there are; how many files and how many bytes of them the document may have; the formats.
 */
export const finishFileScript: RedisScript = redisScript(`
${formatCheck}
local head = redis.call('HMGET', KEYS[1], 'format', 'epoch', 'deleted')
if not head[2] then return 'missing' end
if not readable(head[1], ARGV[9], ARGV[10]) then return 'format' end
if head[3] then return 'deleted' end
if string.sub(head[2], 1, #ARGV[1]) ~= ARGV[1] then return 'deleted' end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 then return 'present' end
local files, bytes = 0, tonumber(ARGV[4])
for _, file in ipairs(redis.call('HVALS', KEYS[2])) do
  files = files + 1
  bytes = bytes + tonumber(string.match(file, '^%S+ (%d+) '))
end
if files >= tonumber(ARGV[7]) or bytes > tonumber(ARGV[8]) then return 'full' end
if redis.call('HLEN', KEYS[3]) ~= tonumber(ARGV[6]) then return 'late' end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[5])
redis.call('PERSIST', KEYS[3])
return 'done'
`)

/**
 * Removes a file. Its chunks stay for a while, for those who are reading them.
 *
 * Keys: files, chunks. Arguments: SHA-256, name of the chunks, milliseconds that they stay.
 */
export const removeFileScript: RedisScript = redisScript(
  `
local file = redis.call('HGET', KEYS[1], ARGV[1])
if not file or string.match(file, '^%S+') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
`,
  'allow-oom',
)

/**
 * A Lua function for the end of a document: takes its files away. These keys are not declared, since most documents have none
 * and a declared key that does not exist makes a call TRYAGAIN while its slot is being moved. Files that are out of reach
 * because of such a move stay behind; nothing ever reads them.
 */
export const eraseFiles = `
local function eraseFiles(files, chunks)
  local all = redis.pcall('HVALS', files)
  if all.err then return end
  for _, file in ipairs(all) do
    local name = string.match(file, '^%S+')
    if name then redis.pcall('UNLINK', chunks .. name) end
  end
  redis.pcall('UNLINK', files)
end
`
