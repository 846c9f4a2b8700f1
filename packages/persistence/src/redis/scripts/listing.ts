import { type RedisScript, redisScript } from './redis-script.ts'

/**
 * Changes one bucket of the listing. What stands in it of a document is kept beside the sets, so that it can be taken out of
 * them whoever put it there, and beside it the trash, by time. An addition that is older than what is listed does nothing; `restore` trusts nothing that is.
 *
 * Key: the bucket's hash of what is listed. Arguments: what the names of its sets begin with; then of each document its id,
 * the number of its scopes, `add`, `remove`, `trash` or `restore`, its place by update (of the trash: since when), its place by creation, the words of its title with spaces between
 * them, its scopes. Words and their documents are in a set and, by document, in a hash beside it.
 */
export const changeListingScript: RedisScript = redisScript(`
local base = ARGV[1]
local function remove(id, listed, scopes)
  local updated, created = string.match(listed, '^(%x+) (%x+)$')
  for _, scope in ipairs(scopes) do
    redis.call('ZREM', base .. 'updated:' .. scope, updated .. id)
    redis.call('ZREM', base .. 'created:' .. scope, created .. id)
  end
end
local function setWords(id, words)
  local known = redis.call('HGET', base .. 'titles', id) or ''
  if known == words then return end
  for word in string.gmatch(known, '%S+') do redis.call('ZREM', base .. 'words', word .. ' ' .. id) end
  for word in string.gmatch(words, '%S+') do redis.call('ZADD', base .. 'words', 0, word .. ' ' .. id) end
  if words == '' then redis.call('HDEL', base .. 'titles', id) else redis.call('HSET', base .. 'titles', id, words) end
end
local i = 2
while i <= #ARGV do
  local id, count, action, updated, created = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local words = ARGV[i + 5]
  local scopes = {unpack(ARGV, i + 6, i + 5 + count)}
  i = i + 6 + count
  local listed = redis.call('HGET', KEYS[1], id)
  if action == 'remove' or action == 'trash' then
    if action == 'trash' then
      redis.call('ZADD', base .. 'trash', updated, id)
    else
      redis.call('ZREM', base .. 'trash', id)
    end
    if listed then remove(id, listed, scopes) end
    redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', base .. 'name', id)
    setWords(id, '')
  else
    local place = updated .. ' ' .. created
    local known, born = string.match(listed or '', '^(%x+) (%x+)$')
    if action == 'restore' or known == nil or created ~= born or updated <= known then setWords(id, words) end
    if action == 'restore' or known == nil or created ~= born or updated < known then
      if listed then remove(id, listed, scopes) end
      redis.call('HSET', KEYS[1], id, place)
      redis.call('ZADD', base .. 'name', 0, id)
      for _, scope in ipairs(scopes) do
        redis.call('ZADD', base .. 'updated:' .. scope, 0, updated .. id)
        redis.call('ZADD', base .. 'created:' .. scope, 0, created .. id)
      end
    end
  end
end
`)
