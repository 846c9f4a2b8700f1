import * as Y from 'yjs'

/**
 * Whether an update can be read to its end, refers, within its own clients, only to what came before, and deletes nothing of
 * no length.
 *
 * Yjs finds none of that out of an update that waits for others: it takes the bytes as they are, and throws later, at whoever
 * brings what they waited for, and at everyone who loads the document. A struct that names a later one of its own client as
 * neighbour or parent throws when it is integrated, a deletion of length 0 when it must wait itself. No client writes either.
 */
export function isSound(update: Uint8Array): boolean {
  try {
    const { structs, ds } = Y.decodeUpdate(update)
    const deletes = [...ds.clients.values()].flat()
    return structs.every(refersBackwards) && deletes.every(({ len }) => len > 0)
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
