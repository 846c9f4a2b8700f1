import * as Y from 'yjs'

/**
 * Applies an update as one transaction and changes nothing of its own.
 *
 * After a transaction of another's, Yjs deletes formats that have no text between them. For a replica that was given a part of a
 * state, or that keeps what others wrote, that is wrong: the text may come with the next part, and the deletion would be a
 * change that nobody made. Yjs leaves transactions alone that are local.
 */
export function applyAsItIs(doc: Y.Doc, update: Uint8Array): void {
  doc.transact((transaction) => {
    try {
      Y.applyUpdate(doc, update)
    } finally {
      transaction.local = true
    }
  })
}
