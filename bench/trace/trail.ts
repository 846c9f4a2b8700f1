import * as Y from 'yjs'

/** One character, or other piece of content, of a document. */
export interface PieceId {
  readonly client: number
  readonly clock: number
}

/** What one transaction left in the document, by which one can tell whether another replica has it. */
export interface Trail {
  readonly clientId: number
  /** The clock of its client after it. */
  readonly clock: number
  /** What it deleted. */
  readonly deleted: readonly PieceId[]
}

/** Makes a transaction and says what it left. */
export function trailOf(doc: Y.Doc, transact: () => void): Trail {
  const deleted: PieceId[] = []
  const hear = (update: Uint8Array): void => void deleted.push(...deletedIn(update))
  doc.on('update', hear)
  transact()
  doc.off('update', hear)
  return { clientId: doc.clientID, clock: Y.getState(doc.store, doc.clientID), deleted }
}

/** What an update deletes. */
export function deletedIn(update: Uint8Array): PieceId[] {
  const ids: PieceId[] = []
  for (const [client, ranges] of Y.decodeUpdate(update).ds.clients) {
    for (const { clock, len } of ranges) {
      for (let offset = 0; offset < len; offset++) ids.push({ client, clock: clock + offset })
    }
  }
  return ids
}
