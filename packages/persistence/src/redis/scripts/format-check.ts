import type { Formats } from '../../formats.ts'

/** What {@link formatCheck} takes: the oldest format that is read, the newest, and the one that is written. */
export function formatArguments({ oldest, newest, written }: Formats): [number, number, number] {
  return [oldest, newest, written]
}

/**
 * Lua functions for heads. `readable` says whether this version may look at one of a format at all; `raised` gives the
 * format that the head has after something was written in ours: it names the newest one, so that a version which does not
 * read that is refused before it changes anything.
 */
export const formatCheck = `
local function readable(format, oldest, newest)
  local number = tonumber(format)
  return number ~= nil and number >= tonumber(oldest) and number <= tonumber(newest)
end
local function raised(format, written)
  return string.format('%.0f', math.max(tonumber(format), tonumber(written)))
end
`
