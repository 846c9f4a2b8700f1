import { joinUpdates } from '@weft/protocol'
import * as Y from 'yjs'

/** `Y.mergeUpdates` takes time that grows with the square of the count: merged so many at a time, thousands cost the least. */
const groupSize = 64

/** Of updates that have so many bytes together it is worth trying whether they can be joined as they are. */
const joinedBytes = 64 * 1024

/** Merges v1 updates into one. At least one is needed. */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  const [first] = updates
  if (first === undefined) throw new RangeError('nothing to merge')
  if (updates.length === 1) return first
  const bytes = updates.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return (bytes < joinedBytes ? undefined : joinUpdates(updates)) ?? mergeInFull(updates)
}

function mergeInFull(updates: readonly Uint8Array[]): Uint8Array {
  let level = updates
  while (level.length > 1) level = [...mergeInGroups(level)]
  const [merged] = level
  if (merged === undefined) throw new RangeError('nothing to merge')
  return merged
}

/** Merges neighbours, so that far fewer updates say the same in the same order. */
function* mergeInGroups(updates: readonly Uint8Array[]): Generator<Uint8Array> {
  for (let start = 0; start < updates.length; start += groupSize) {
    const group = updates.slice(start, start + groupSize)
    yield group.length === 1 && group[0] !== undefined ? group[0] : Y.mergeUpdates(group)
  }
}
