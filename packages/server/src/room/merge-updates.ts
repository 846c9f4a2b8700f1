import type { LoadedDocument } from '@weft/persistence'
import * as Y from 'yjs'

/** `Y.mergeUpdates` takes time that grows with the square of the count: merged so many at a time, thousands cost the least. */
const groupSize = 64

/** Merging or applying this much takes a few milliseconds. */
const bytesAtOnce = 256 * 1024

/** Merges v1 updates into one. At least one is needed. */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  let level = updates
  while (level.length > 1) level = [...mergeInGroups(level)]
  const [merged] = level
  if (merged === undefined) throw new RangeError('nothing to merge')
  return merged
}

/**
 * Merges neighbours, so that far fewer updates say the same in the same order.
 *
 * @param groupBytes about how many bytes are merged at once, where that must not take long
 */
export function* mergeInGroups(updates: readonly Uint8Array[], groupBytes: number = Infinity): Generator<Uint8Array> {
  for (let start = 0; start < updates.length;) {
    const group: Uint8Array[] = []
    let bytes = 0
    for (const update of updates.slice(start, start + groupSize)) {
      bytes += update.byteLength
      if (bytes > groupBytes && group.length > 0) break
      group.push(update)
    }
    yield group.length === 1 && group[0] !== undefined ? group[0] : Y.mergeUpdates(group)
    start += group.length
  }
}

/**
 * What a log holds, in few updates, each made only when it is asked for: whoever pauses after so many bytes of them keeps
 * nobody waiting.
 */
export function* loggedUpdates({ checkpoint, entries }: LoadedDocument): Generator<Uint8Array> {
  yield* checkpoint?.chunks ?? []
  yield* mergeInGroups(
    entries.map((entry) => entry.update),
    bytesAtOnce,
  )
}
