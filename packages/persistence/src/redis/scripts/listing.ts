import { type RedisScript, redisScript } from './redis-script.ts'

/** What stands in a bucket of a document: another text after every change of it, since each counts one on. */
const standing = `
local function standing(base, id)
  return (redis.call('HGET', base .. 'records', id) or '') .. '\\n' .. (redis.call('ZSCORE', base .. 'trash', id) or '')
end
`

/**
 * Replies of each document its entry in the feed, and what stands of it.
 *
 * Key: the feed. Arguments: what the names of the bucket's keys begin with; the documents.
 */
export const seeListedScript: RedisScript = redisScript(
  `
${standing}
local seen = {}
for i = 2, #ARGV do
  seen[#seen + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or ''
  seen[#seen + 1] = standing(ARGV[1], ARGV[i])
end
return seen
`,
  'no-writes',
)

/**
 * Changes documents in one bucket of the listing, and in its part of the feed (changes.ts), each where both are as they were
 * seen before the document was looked at: so what was looked at last is what stays. Replies those of which they are not.
 *
 * Where a document stands in the sets is kept beside them, so that it can be taken out of them whoever put it there. With it
 * goes its record: those places again, a number that counts the changes, and what a page shows, as JSON. Words and their
 * documents are in a set and, by document, in a hash.
 *
 * Key: the feed. Arguments: what the names of the bucket's keys begin with; then of each document its id, its entry in the feed and
 * what stood of it, as they were seen; the text of the new entry (empty: nothing happened); the mark that is taken away, if there
 * is one; `list`, `restore` (which trusts nothing that stands), `trash` or `remove`; its place by update (of the trash: since
 * when) and by creation, the words of its title with spaces between them, the record's JSON; the number of its scopes, and these.
 */
export const changeListingScript: RedisScript = redisScript(`
${standing}
local base = ARGV[1]
local entries, records = base .. 'entries', base .. 'records'
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local place = tonumber(redis.call('ZREVRANGE', base .. 'changes', 0, 0, 'WITHSCORES')[2] or '0')
local function placesOf(id)
  return string.match(redis.call('HGET', entries, id) or '', '^(%x+) (%x+)$')
end
local function move(order, id, scopes, from, to)
  for _, scope in ipairs(scopes) do
    local set = base .. order .. ':' .. scope
    if from then redis.call('ZREM', set, from .. id) end
    if to then redis.call('ZADD', set, 0, to .. id) end
  end
end
local function setWords(id, words)
  local known = redis.call('HGET', base .. 'titles', id) or ''
  if known == words then return end
  for word in string.gmatch(known, '%S+') do redis.call('ZREM', base .. 'words', word .. ' ' .. id) end
  for word in string.gmatch(words, '%S+') do redis.call('ZADD', base .. 'words', 0, word .. ' ' .. id) end
  if words == '' then redis.call('HDEL', base .. 'titles', id) else redis.call('HSET', base .. 'titles', id, words) end
end
local function unlist(id, scopes)
  local updated, created = placesOf(id)
  move('updated', id, scopes, updated)
  move('created', id, scopes, created)
  redis.call('HDEL', entries, id)
  redis.call('HDEL', records, id)
  redis.call('ZREM', base .. 'name', id)
  setWords(id, '')
end
local function list(id, scopes, updated, created, words, record, restoring)
  local known, born = placesOf(id)
  if restoring or known ~= updated then move('updated', id, scopes, known, updated) end
  if restoring or born ~= created then move('created', id, scopes, born, created) end
  if restoring or not known then redis.call('ZADD', base .. 'name', 0, id) end
  local places = updated .. ' ' .. created
  local count = string.match(redis.call('HGET', records, id) or '', '^%x+ %x+ (%d+)') or '0'
  redis.call('HSET', entries, id, places)
  redis.call('HSET', records, id, places .. string.format(' %.0f ', count + 1) .. record)
  redis.call('ZREM', base .. 'trash', id)
  setWords(id, words)
end
local function feed(id, text)
  place = math.max(place + 1, now)
  local digits = string.format('%.0f', place)
  redis.call('HSET', KEYS[1], id, digits .. ' ' .. text)
  redis.call('ZADD', base .. 'changes', digits, id)
end
local moved = {}
local i = 2
while i <= #ARGV do
  local id, seenFeed, seenStanding, text, mark, action = unpack(ARGV, i, i + 5)
  local updated, created, words, record, count = unpack(ARGV, i + 6, i + 10)
  local scopes = {unpack(ARGV, i + 11, i + 10 + count)}
  i = i + 11 + count
  if (redis.call('HGET', KEYS[1], id) or '') ~= seenFeed or standing(base, id) ~= seenStanding then
    moved[#moved + 1] = id
  else
    if action == 'trash' then
      unlist(id, scopes)
      redis.call('ZADD', base .. 'trash', updated, id)
    elseif action == 'remove' then
      unlist(id, scopes)
      redis.call('ZREM', base .. 'trash', id)
    else
      list(id, scopes, updated, created, words, record, action == 'restore')
    end
    if text ~= '' then feed(id, text) end
    if mark ~= '' then redis.call('ZREM', base .. 'marks', mark) end
  end
end
return moved
`)

/**
 * Replies the first members of sets after a bound, those of each set as lines of one text.
 *
 * Keys: the sets. Arguments: how many of each, where the range ends, and of each set where it begins.
 */
export const readMembersScript: RedisScript = redisScript(
  `
local found = {}
for i, key in ipairs(KEYS) do
  found[i] = table.concat(redis.call('ZRANGEBYLEX', key, ARGV[i + 2], ARGV[2], 'LIMIT', 0, ARGV[1]), '\\n')
end
return found
`,
  'no-writes',
)

/**
 * Replies the records of documents, those of each bucket as one JSON array that has `null` for a document whose record is
 * missing or not of where it stands; and after each the bucket's marks that are older than they should be, some of them.
 *
 * Keys: the hashes of what is listed. Arguments: from what age on a mark is old, in milliseconds; then of each bucket what the names
 * of its keys begin with, the number of documents, and these.
 */
export const readRecordsScript: RedisScript = redisScript(
  `
local time = redis.call('TIME')
local old = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1])
local found = {}
local i = 2
for _, entries in ipairs(KEYS) do
  local base, count = ARGV[i], tonumber(ARGV[i + 1])
  local ids = {unpack(ARGV, i + 2, i + 1 + count)}
  i = i + 2 + count
  local places = redis.call('HMGET', entries, unpack(ids))
  local records = redis.call('HMGET', base .. 'records', unpack(ids))
  for j = 1, count do
    local listed, record = string.match(records[j] or '', '^(%x+ %x+) %d+ (.*)$')
    records[j] = listed and listed == places[j] and record or 'null'
  end
  found[#found + 1] = '[' .. table.concat(records, ',') .. ']'
  found[#found + 1] = redis.call('ZRANGEBYSCORE', base .. 'marks', '-inf', old, 'LIMIT', 0, 100)
end
return found
`,
  'no-writes',
)
