/** What the database of one document holds: updates in the order of writing, marks by session, and the current epoch. */
export type StoreName = 'updates' | 'marks' | 'current'

/**
 * An update, or several merged, with the life of the document that it belongs to. Without an epoch it was written before
 * the server named one and belongs to the current life.
 */
export interface StoredUpdate {
  readonly epoch: string | undefined
  readonly update: Uint8Array
  /** Where it was set aside: when, in milliseconds since 1970, and how many changes in it had not been saved. */
  readonly aside?: { readonly at: number; readonly unsaved: number }
}

/** How many changes a session wrote here, and how many of them the server called saved since. */
export interface StoredMark {
  readonly epoch: string | undefined
  readonly made: number
  readonly saved: number
}

/** The only key of the store `current`. */
export const epochKey = 'epoch'

/**
 * Opens a document's database, creating it where there is none.
 *
 * @throws where the platform has no IndexedDB, or does not let us use it
 */
export function openDatabase(name: string): Promise<IDBDatabase> {
  if (typeof indexedDB === 'undefined') return Promise.reject(new Error('this platform has no IndexedDB'))
  const opening = indexedDB.open(name, 1)
  opening.addEventListener('upgradeneeded', () => {
    opening.result.createObjectStore('updates', { autoIncrement: true })
    opening.result.createObjectStore('marks')
    opening.result.createObjectStore('current')
  })
  return answer(opening)
}

/** What a request answers. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('an IndexedDB request failed')))
  })
}

/**
 * Runs one transaction over all stores. It is created before this function returns, so transactions take effect in the
 * order of the calls, whichever tab makes them.
 *
 * @returns what `body` returns, once the transaction is complete
 */
export async function transact<T>(
  database: IDBDatabase,
  body: (transaction: StoreTransaction) => Promise<T> | T,
): Promise<T> {
  const transaction = new StoreTransaction(database.transaction(['updates', 'marks', 'current'], 'readwrite'))
  try {
    const result = await body(transaction)
    await transaction.complete
    return result
  } catch (error) {
    transaction.abort()
    throw error
  }
}

/** What each store holds. */
interface Stored {
  readonly updates: StoredUpdate
  readonly marks: StoredMark
}

/** A transaction in the words of what is stored. */
export class StoreTransaction {
  readonly complete: Promise<void>
  readonly #transaction: IDBTransaction

  constructor(transaction: IDBTransaction) {
    this.#transaction = transaction
    this.complete = new Promise((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve())
      transaction.addEventListener('abort', () =>
        reject(transaction.error ?? new Error('an IndexedDB transaction was aborted')),
      )
    })
    // A body that throws first leaves nobody to hear of the abort that follows.
    this.complete.catch(() => {})
  }

  async epoch(): Promise<string | undefined> {
    const epoch: unknown = await answer(this.#store('current').get(epochKey))
    return typeof epoch === 'string' ? epoch : undefined
  }

  setEpoch(epoch: string | undefined): void {
    if (epoch === undefined) this.#store('current').delete(epochKey)
    else this.#store('current').put(epoch, epochKey)
  }

  addUpdate(stored: StoredUpdate): void {
    this.#store('updates').add(stored)
  }

  async updates(): Promise<{ key: IDBValidKey; value: StoredUpdate }[]> {
    return this.#all('updates')
  }

  async marks(): Promise<{ key: IDBValidKey; value: StoredMark }[]> {
    return this.#all('marks')
  }

  /** Keeps a session's mark for as long as it says that something is unsaved. */
  setMark(session: IDBValidKey, mark: StoredMark): void {
    if (mark.made > mark.saved) this.#store('marks').put(mark, session)
    else this.#store('marks').delete(session)
  }

  delete(store: StoreName, key: IDBValidKey): void {
    this.#store(store).delete(key)
  }

  /** Ends the transaction now. Left to itself it would end only when this page has time again, which a closing page has not. */
  commit(): void {
    this.#transaction.commit()
  }

  abort(): void {
    try {
      this.#transaction.abort()
    } catch {
      // It has ended already.
    }
  }

  async #all<N extends keyof Stored>(name: N): Promise<{ key: IDBValidKey; value: Stored[N] }[]> {
    const keys = answer(this.#store(name).getAllKeys())
    const all: readonly Stored[N][] = await answer(this.#store(name).getAll())
    return (await keys).flatMap((key, index) => {
      const value = all[index]
      return value === undefined ? [] : [{ key, value }]
    })
  }

  #store(name: StoreName): IDBObjectStore {
    return this.#transaction.objectStore(name)
  }
}
