import * as Y from 'yjs'
import { openDatabase, transact } from './offline-database.ts'
import { databaseName } from './server-address.ts'

/** What this device kept of a document that was deleted and made anew under the same id. */
export interface SetAsideCopy {
  /** The life of the document that it belongs to. */
  readonly epoch: string
  /** When it was set aside, in milliseconds since 1970. */
  readonly at: number
  /** How many changes in it had not been saved. */
  readonly unsaved: number
  /** Its content: a Yjs v1 update for an empty `Y.Doc`. */
  readonly update: Uint8Array
}

/**
 * Reads what was set aside when a document turned out to be another one (state `refused`, kind `replaced`): it is not
 * merged into the successor, and kept until {@link deleteSetAsideCopy}.
 *
 * @example
 * for (const copy of await readSetAsideCopies({ url, id })) {
 *   const doc = new Y.Doc()
 *   Y.applyUpdate(doc, copy.update)
 * }
 *
 * @throws TypeError for an id or a URL that is none; what IndexedDB throws where it fails or there is none
 */
export async function readSetAsideCopies(options: { url: string; id: string }): Promise<SetAsideCopy[]> {
  const database = await openDatabase(databaseName(options.url, options.id))
  try {
    return await transact(database, async (transaction) => {
      const current = await transaction.epoch()
      const copies = new Map<string, SetAsideCopy>()
      for (const { value } of await transaction.updates()) {
        if (value.epoch === undefined || value.epoch === current) continue
        const known = copies.get(value.epoch)
        copies.set(value.epoch, {
          epoch: value.epoch,
          at: Math.max(known?.at ?? 0, value.aside?.at ?? 0),
          unsaved: (known?.unsaved ?? 0) + (value.aside?.unsaved ?? 0),
          update: known === undefined ? value.update : Y.mergeUpdates([known.update, value.update]),
        })
      }
      for (const { value } of await transaction.marks()) {
        const copy = value.epoch === undefined || value.epoch === current ? undefined : copies.get(value.epoch)
        if (copy !== undefined) copies.set(copy.epoch, { ...copy, unsaved: copy.unsaved + value.made - value.saved })
      }
      return [...copies.values()]
    })
  } finally {
    database.close()
  }
}

/**
 * Deletes a copy that was set aside. The document's current copy cannot be deleted this way.
 *
 * @throws TypeError for an id or a URL that is none; what IndexedDB throws where it fails or there is none
 */
export async function deleteSetAsideCopy(options: { url: string; id: string; epoch: string }): Promise<void> {
  const database = await openDatabase(databaseName(options.url, options.id))
  try {
    await transact(database, async (transaction) => {
      if ((await transaction.epoch()) === options.epoch) return
      for (const { key, value } of await transaction.updates()) {
        if (value.epoch === options.epoch) transaction.delete('updates', key)
      }
      for (const { key, value } of await transaction.marks()) {
        if (value.epoch === options.epoch) transaction.delete('marks', key)
      }
    })
  } finally {
    database.close()
  }
}
