import * as Y from 'yjs'

/**
 * Whether an update can be read to its end and refers, within its own clients, only to what came before.
 *
 * Yjs finds neither out of an update that waits for others: it takes the bytes as they are, and throws when they can be
 * integrated, at whoever brings what they waited for, and at everyone who loads the document. A struct that names a later
 * one of its own client as neighbour or parent is the case that throws; no client ever writes one.
 */
export function isSound(update: Uint8Array): boolean {
  try {
    return Y.decodeUpdate(update).structs.every(refersBackwards)
  } catch {
    return false
  }
}

function refersBackwards(struct: Y.Item | Y.GC | Y.Skip): boolean {
  if (!(struct instanceof Y.Item)) return true
  const parent: unknown = struct.parent
  return [struct.origin, struct.rightOrigin, parent].every(
    (id) => !(id instanceof Y.ID) || id.client !== struct.id.client || id.clock < struct.id.clock,
  )
}
