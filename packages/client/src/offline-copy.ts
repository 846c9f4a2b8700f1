import { uuidv4 } from 'lib0/random'
import * as Y from 'yjs'
import type { Clock } from './clock.ts'
import { openDatabase, type StoredMark, type StoreTransaction, transact } from './offline-database.ts'
import type { SavedMark } from './saved-counter.ts'

/**
 * Whether a document is being kept on this device.
 *
 * - `loading`: not known yet.
 * - `kept`: each change is handed to IndexedDB in the moment in which it is made, and survives a reload, a crash of the page
 *   and, a few milliseconds later, of the browser. The browser does not force it onto the disk, so a power cut may
 *   take the last seconds.
 * - `unavailable`: there is no IndexedDB (Node, some private windows), it failed or is full, or `offline: false` was asked
 *   for. What is unsaved is then in this page's memory only.
 */
export type OfflineCopyState = 'loading' | 'kept' | 'unavailable'

/** So many records are merged into one: loading stays quick, and merging is rare. */
const recordsBeforeMerge = 500

/** Milliseconds after which a database that does not open counts as unavailable: some browsers never answer. */
const openTimeout = 5_000

/** What an offline copy is made with. */
export interface OfflineCopyParts {
  /** The database's name; undefined for no copy at all. */
  readonly name: string | undefined
  readonly doc: Y.Doc
  readonly clock: Clock
  /** This session's changes so far. */
  readonly mark: () => SavedMark
  /** `state` has changed. */
  readonly changed: () => void
}

/** What an earlier session, or another tab, left unsaved here. */
interface Inherited {
  readonly session: IDBValidKey
  readonly made: number
}

/**
 * The copy of one document on this device. An update and the mark that it is unsaved are one IndexedDB transaction, so
 * whoever reads the update also reads that it is unsaved, whatever crashed and however many tabs write. Each session has
 * a mark of its own: nobody can call saved what another has made since.
 */
export class OfflineCopy {
  readonly loaded: Promise<void>
  readonly #parts: OfflineCopyParts
  readonly #session: string = uuidv4()
  #database: IDBDatabase | undefined
  #state: OfflineCopyState = 'loading'
  #epoch: string | undefined
  #inherited: Inherited[] = []
  #inheritedChanges = 0
  #records = 0
  #writing: Promise<unknown> = Promise.resolve()
  #marking: 'no' | 'yes' | 'again' = 'no'
  #merging = false

  constructor(parts: OfflineCopyParts) {
    this.#parts = parts
    if (parts.name === undefined) {
      this.#state = 'unavailable'
      this.loaded = Promise.resolve()
    } else {
      this.loaded = this.#open(parts.name)
    }
  }

  get state(): OfflineCopyState {
    return this.#state
  }

  /** The life of the document that it knows; undefined before any server named one. */
  get epoch(): string | undefined {
    return this.#epoch
  }

  /** How many changes earlier sessions left unsaved, as found when it was loaded. */
  get inherited(): number {
    return this.#inheritedChanges
  }

  /** Keeps an update of the document, and with it how much is unsaved. */
  keep(update: Uint8Array): void {
    // Before the database is open nothing need be done: opening it writes the document as it then is.
    if (this.#database === undefined) return
    void this.#write((transaction) => {
      transaction.addUpdate({ epoch: this.#epoch, update })
      transaction.setMark(this.#session, this.#mark())
      transaction.commit()
    })
    this.#records++
    if (this.#records >= recordsBeforeMerge) this.#merge()
  }

  /** The session's mark has changed without an update: something was saved. */
  markSaved(): void {
    if (this.#database === undefined) return
    if (this.#marking !== 'no') {
      this.#marking = 'again'
      return
    }
    this.#marking = 'yes'
    const written = this.#write((transaction) => {
      transaction.setMark(this.#session, this.#mark())
      transaction.commit()
    })
    void written.then(() => {
      const again = this.#marking === 'again'
      this.#marking = 'no'
      if (again) this.markSaved()
    })
  }

  /** What earlier sessions left is saved. */
  inheritedSaved(): void {
    const inherited = this.#inherited
    this.#inherited = []
    if (inherited.length === 0) return
    void this.#write(async (transaction) => {
      for (const { key, value } of await transaction.marks()) {
        const found = inherited.find(({ session }) => session === key)
        // The session may be another tab that goes on writing: only what was read from it is known to be saved.
        if (found !== undefined) transaction.setMark(key, { ...value, saved: Math.max(value.saved, found.made) })
      }
    })
  }

  /** A server has named the document's life. */
  adopt(epoch: string): void {
    this.#epoch = epoch
    void this.#write(async (transaction) => {
      if ((await transaction.epoch()) === undefined) transaction.setEpoch(epoch)
    })
  }

  /**
   * The document has a successor: what is kept here stays, under the epoch it belongs to, and the next session begins
   * empty. What open tabs still write to the old one joins it there.
   */
  setAside(): Promise<void> {
    const epoch = this.#epoch
    return this.#write(async (transaction) => {
      if (epoch === undefined || (await transaction.epoch()) !== epoch) return
      const updates = (await transaction.updates()).filter(({ value }) => belongs(value, epoch))
      const marks = (await transaction.marks()).filter(({ value }) => belongs(value, epoch))
      const unsaved = marks.reduce((sum, { value }) => sum + value.made - value.saved, 0)
      if (updates.length > 0) {
        const update = Y.mergeUpdates(updates.map(({ value }) => value.update))
        transaction.addUpdate({ epoch, update, aside: { at: this.#parts.clock.now(), unsaved } })
      }
      for (const { key } of updates) transaction.delete('updates', key)
      for (const { key } of marks) transaction.delete('marks', key)
      transaction.setEpoch(undefined)
    })
  }

  /** Resolves when everything handed to it is written, or has failed. */
  async close(): Promise<void> {
    await this.loaded
    await this.#writing
    this.#database?.close()
    this.#database = undefined
  }

  #open(name: string): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(openTimeout, () => {
        this.#fail()
        resolve()
      })
      openDatabase(name)
        .then((database) => {
          cancel()
          return this.#load(database)
        })
        .catch(() => this.#fail())
        .finally(() => {
          cancel()
          resolve()
        })
    })
  }

  async #load(database: IDBDatabase): Promise<void> {
    if (this.#state === 'unavailable') {
      database.close()
      return
    }
    const { doc } = this.#parts
    // Someone wants to delete the database, or the browser took it away.
    database.addEventListener('versionchange', () => this.#fail())
    database.addEventListener('close', () => this.#fail())
    // From here on updates are written as they come, in transactions after this one.
    this.#database = database
    const before = Y.encodeStateAsUpdate(doc)
    const { made, saved } = this.#parts.mark()
    const found = await transact(database, async (transaction) => {
      const epoch = await transaction.epoch()
      const updates = (await transaction.updates()).filter(({ value }) => belongs(value, epoch))
      const marks = (await transaction.marks()).filter(({ value }) => belongs(value, epoch))
      if (made > 0) {
        transaction.addUpdate({ epoch: undefined, update: before })
        transaction.setMark(this.#session, { epoch: undefined, made, saved })
      }
      return { epoch, updates, marks }
    })
    this.#epoch = found.epoch
    this.#records += found.updates.length
    this.#inherited = found.marks.map(({ key, value }) => ({ session: key, made: value.made }))
    this.#inheritedChanges = found.marks.reduce((sum, { value }) => sum + value.made - value.saved, 0)
    Y.transact(doc, () => found.updates.forEach(({ value }) => Y.applyUpdate(doc, value.update)), this, false)
    this.#state = 'kept'
    this.#parts.changed()
    if (this.#records >= recordsBeforeMerge) this.#merge()
  }

  /** Merges all records into one, which takes in what other tabs have written. */
  #merge(): void {
    if (this.#merging || this.#state !== 'kept') return
    this.#merging = true
    const { doc } = this.#parts
    const merged = this.#write(async (transaction) => {
      const epoch = await transaction.epoch()
      if (this.#epoch !== undefined && this.#epoch !== epoch) return
      const updates = (await transaction.updates()).filter(({ value }) => belongs(value, epoch))
      Y.transact(doc, () => updates.forEach(({ value }) => Y.applyUpdate(doc, value.update)), this, false)
      for (const { key } of updates) transaction.delete('updates', key)
      transaction.addUpdate({ epoch, update: Y.encodeStateAsUpdate(doc) })
      this.#records = 1
    })
    void merged.then(() => {
      this.#merging = false
    })
  }

  #mark(): StoredMark {
    return { epoch: this.#epoch, ...this.#parts.mark() }
  }

  #write(body: (transaction: StoreTransaction) => Promise<void> | void): Promise<void> {
    if (this.#database === undefined) return Promise.resolve()
    const written = transact(this.#database, body).catch(() => this.#fail())
    this.#writing = Promise.all([this.#writing, written])
    return written
  }

  /** What comes after a lost write would lack it, so nothing more is kept. */
  #fail(): void {
    this.#database?.close()
    this.#database = undefined
    if (this.#state === 'unavailable') return
    this.#state = 'unavailable'
    this.#parts.changed()
  }
}

function belongs(stored: { readonly epoch: string | undefined }, epoch: string | undefined): boolean {
  return stored.epoch === undefined || stored.epoch === epoch
}
