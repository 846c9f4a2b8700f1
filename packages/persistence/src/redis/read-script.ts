import { type Script, script } from './script.ts'

/**
 * Several reads at once, for a Redis that is out of memory: it refuses every transaction then, even one that only reads, and
 * documents have to be read in order to be compacted. Otherwise a transaction is used, since scripts copy what they answer.
 *
 * Keys: all that are read. Arguments: for each command the number of its words, then these.
 */
export const readScript: Script = script(`#!lua flags=no-writes
local replies, at = {}, 1
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  replies[#replies + 1] = redis.call(unpack(ARGV, at + 1, at + count))
  at = at + count + 1
end
return replies
`)
