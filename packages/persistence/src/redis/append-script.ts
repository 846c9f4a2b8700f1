import { type Script, script } from './script.ts'

/**
 * Appends and publishes. Scripts do not roll back, so everything is checked first, then the entries are added, of which only
 * the first can fail, then the head is set. Only head and log are declared: both exist once a document has entries, and while
 * a slot migrates a declared key that does not exist would refuse every append.
 *
 * Keys: head, log. Arguments: channel, origin, epoch, token, newest time, the tip that the log has to end in
 * after an `=` (empty for any), then a tip and a record for each entry.
 * Each node's last token is kept in `t:<origin>` with what it was answered; nodes that are long gone are forgotten.
 */
export const appendScript: Script = script(`#!lua
local head, log = KEYS[1], KEYS[2]
local channel, origin, epoch, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local all = redis.call('HGETALL', head)
if #all == 0 then return {'missing'} end
local fields, tokens = {}, {}
for i = 1, #all, 2 do
  fields[all[i]] = all[i + 1]
  if string.sub(all[i], 1, 2) == 't:' then tokens[#tokens + 1] = {all[i], all[i + 1]} end
end
if fields.deleted then return {'deleted'} end
if fields.epoch ~= epoch then return {'epoch', fields.epoch} end
local own = 't:' .. origin
for _, kept in ipairs(tokens) do
  if string.sub(kept[2], 1, #token + 1) == token .. '\\n' then
    redis.call('HSET', head, own, kept[2])
    return {'appended', string.match(kept[2], '\\n(%d+) (%d+) (%S*) (%S+)$')}
  end
end
local previous = fields.tip
if ARGV[6] ~= '' and ARGV[6] ~= '=' .. previous then return {'tip', previous} end
local first = tonumber(fields.position) + 1
local logged = tonumber(fields.logged)
local last = first - 1
local lengths, records, tip = {}, {}, previous
for i = 7, #ARGV, 2 do
  last = last + 1
  tip = ARGV[i]
  local record = ARGV[i + 1]
  logged = logged + #record
  lengths[#lengths + 1] = #record
  records[#records + 1] = record
  redis.call('XADD', log, string.format('%.0f-0', last), 'r', record, 'i', tip, 'b', string.format('%.0f', logged))
end
local firstText, lastText = string.format('%.0f', first), string.format('%.0f', last)
local updated = fields.updated
if tonumber(ARGV[5]) > tonumber(updated) then updated = ARGV[5] end
redis.call('HSET', head, 'position', lastText, 'tip', tip, 'logged', string.format('%.0f', logged), 'updated', updated,
  own, token .. '\\n' .. table.concat({firstText, lastText, previous, tip}, ' '))
if #tokens > 32 then
  local oldest, least = nil, nil
  for _, kept in ipairs(tokens) do
    local at = tonumber(string.match(kept[2], '\\n%d+ (%d+) %S* %S+$'))
    if kept[1] ~= own and (least == nil or at < least) then oldest, least = kept[1], at end
  end
  if oldest then redis.call('HDEL', head, oldest) end
end
redis.call('SPUBLISH', channel, table.concat({'1', origin, epoch, firstText, lastText, previous, tip,
  table.concat(lengths, ',')}, ' ') .. '\\n' .. table.concat(records))
return {'appended', firstText, lastText, previous, tip}
`)
