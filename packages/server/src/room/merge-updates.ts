import * as Y from 'yjs'

/** `Y.mergeUpdates` takes time that grows with the square of the count (8,000 take 0.4 s): so many at a time. */
const groupSize = 500

/** Merges v1 updates into one. At least one is needed. */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  let level = updates
  while (level.length > 1) level = mergeInGroups(level)
  const [merged] = level
  if (merged === undefined) throw new RangeError('nothing to merge')
  return merged
}

/** Merges neighbours, so that far fewer updates say the same in the same order. */
export function mergeInGroups(updates: readonly Uint8Array[]): Uint8Array[] {
  const groups: Uint8Array[] = []
  for (let start = 0; start < updates.length; start += groupSize) {
    const group = updates.slice(start, start + groupSize)
    groups.push(group.length === 1 && group[0] !== undefined ? group[0] : Y.mergeUpdates(group))
  }
  return groups
}
