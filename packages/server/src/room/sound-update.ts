import * as Y from 'yjs'

/**
 * Whether an update can be read to its end, refers, within its own clients, only to what came before, and deletes ranges
 * that have a length and are in order.
 *
 * Yjs finds none of that out of an update that waits for others: it takes the bytes as they are, and throws later, at whoever
 * brings what they waited for, and at everyone who loads the document. A struct that names a later one of its own client as
 * neighbour or parent throws when it is integrated, a deletion of length 0 when it must wait itself; deletions out of order
 * come back from waiting as other deletions, since Yjs writes each as a step from the one before. No client writes these.
 */
export function isSound(update: Uint8Array): boolean {
  try {
    const { structs, ds } = Y.decodeUpdate(update)
    return structs.every(refersBackwards) && [...ds.clients.values()].every(isAscending)
  } catch {
    return false
  }
}

function isAscending(ranges: readonly { readonly clock: number; readonly len: number }[]): boolean {
  let end = 0
  return ranges.every(({ clock, len }) => {
    const ascending = clock >= end && len > 0
    end = clock + len
    return ascending
  })
}

function refersBackwards(struct: Y.Item | Y.GC | Y.Skip): boolean {
  if (!(struct instanceof Y.Item)) return true
  const parent: unknown = struct.parent
  return [struct.origin, struct.rightOrigin, parent].every(
    (id) => !(id instanceof Y.ID) || id.client !== struct.id.client || id.clock < struct.id.clock,
  )
}
