import { type Person, userField } from '@weft/protocol'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { type Clock, systemClock } from './clock.ts'
import type { Phase } from './connection-parts.ts'
import { Connection } from './connection.ts'
import { OfflineCopy, type OfflineCopyState } from './offline-copy.ts'
import { SavedCounter } from './saved-counter.ts'
import { assertDocumentId, databaseName, syncUrl } from './server-address.ts'
import { type DocumentState, sameState } from './state.ts'

/** How {@link openDocument} opens a document. */
export interface OpenOptions {
  /** The server's base, `http(s)://…` or `ws(s)://…`, path prefix included where it has one. */
  readonly url: string
  /** The document's id: 1 to 256 characters from `A-Z a-z 0-9 _ - . : ~ /`, no empty, `.` or `..` path segment. */
  readonly id: string
  /**
   * A token (JWT), or what fetches one. A function is called before each attempt to connect, and once more when the server
   * says that the token does not hold. While a connection stands, it is called before the token ends, and the server is
   * given the fresh one. While it rejects, the document is `offline` and tries again.
   */
  readonly token?: string | (() => string | Promise<string>)
  /** Whether to keep a copy in IndexedDB where there is one. Default: true. */
  readonly offline?: boolean
  /** Who is editing, as others see them: the presence field `user`. */
  readonly user?: Person
  /** Another WebSocket class than the platform's. */
  readonly WebSocket?: typeof WebSocket
  /** For tests: time. */
  readonly clock?: Clock
  /** For tests: numbers from 0 to 1. */
  readonly random?: () => number
  /** The largest message that the server takes, in bytes; larger updates are split. Default: 16 MiB, as the server's. */
  readonly maxMessageBytes?: number
}

/** An open document. */
export interface WeftDocument {
  readonly id: string
  readonly doc: Y.Doc
  /** Who else is here, and what they show of themselves. */
  readonly awareness: Awareness
  /** Where the document stands. The same object until something changes, so it suits React's `useSyncExternalStore`. */
  readonly state: DocumentState
  /** Whether edits are being kept on this device. Subscribers hear of a change. */
  readonly offlineCopy: OfflineCopyState
  /** Calls `listener` after each change of `state` or `offlineCopy`; what it returns ends that. */
  subscribe(listener: () => void): () => void
  /** Resolves when the copy on this device was read, or there is none. Never rejects. */
  readonly loaded: Promise<void>
  /** Resolves at the first sync with the server. Never rejects; it stays pending while the server is away or refuses. */
  readonly synced: Promise<void>
  /**
   * Tries to connect now: after a refusal, or instead of waiting out the time to the next attempt. After `replaced` it can
   * only be refused again: close the document and open it anew.
   */
  reconnect(): void
  /**
   * Leaves: others see that at once, and `doc` is no longer sent or kept. Resolves when everything to be kept on this device
   * is. What `unsaved` still counts goes to the server when the document is next opened.
   */
  close(): Promise<void>
}

/**
 * Opens a document: connects, keeps it in sync, and tells what is saved.
 *
 * @example
 * const document = openDocument({ url: 'https://example.org', id: 'minutes/2026-05' })
 * document.doc.getText('note').insert(0, 'Hello')
 * document.subscribe(() => console.log(document.state)) // { status: 'live', unsaved: 0 }: it is saved
 *
 * @throws TypeError for an id or a URL that is none
 */
export function openDocument(options: OpenOptions): WeftDocument {
  return new OpenedDocument(options)
}

class OpenedDocument implements WeftDocument {
  readonly id: string
  readonly doc: Y.Doc
  readonly awareness: Awareness
  readonly loaded: Promise<void>
  readonly synced: Promise<void>
  readonly #counter = new SavedCounter()
  readonly #copy: OfflineCopy
  readonly #connection: Connection
  readonly #listeners = new Set<() => void>()
  #phase: Phase = { status: 'connecting' }
  #state: DocumentState = { status: 'connecting', unsaved: 0 }
  #offlineCopy: OfflineCopyState
  #closed = false

  constructor(options: OpenOptions) {
    assertDocumentId(options.id)
    const url = syncUrl(options.url)
    const clock = options.clock ?? systemClock
    this.id = options.id
    this.doc = new Y.Doc()
    this.awareness = new Awareness(this.doc)
    if (options.user !== undefined) this.awareness.setLocalStateField(userField, options.user)
    this.#copy = new OfflineCopy({
      name: (options.offline ?? true) ? databaseName(options.url, options.id) : undefined,
      doc: this.doc,
      clock,
      mark: () => this.#counter.own,
      changed: () => this.#changed(),
    })
    this.#offlineCopy = this.#copy.state
    // Counted before the provider sends it: listeners are called in the order in which they came.
    this.doc.on('update', this.#beginUpdate)
    let firstSync: () => void = () => {}
    this.synced = new Promise((resolve) => {
      firstSync = resolve
    })
    this.#connection = new Connection({
      url,
      id: options.id,
      doc: this.doc,
      awareness: this.awareness,
      counter: this.#counter,
      token: options.token,
      WebSocket: options.WebSocket ?? WebSocket,
      clock,
      random: options.random ?? Math.random,
      network: typeof globalThis.addEventListener === 'function' ? globalThis : undefined,
      maxMessageBytes: options.maxMessageBytes,
      epoch: () => this.#copy.epoch,
      events: {
        phase: (phase) => {
          this.#phase = phase
          this.#changed()
        },
        synced: () => firstSync(),
        saved: () => this.#saved(),
        epoch: (epoch) => this.#copy.adopt(epoch),
        replaced: () => void this.#copy.setAside(),
      },
    })
    this.doc.on('update', this.#endUpdate)
    this.loaded = this.#copy.loaded.then(() => this.#load())
  }

  get state(): DocumentState {
    return this.#state
  }

  get offlineCopy(): OfflineCopyState {
    return this.#offlineCopy
  }

  subscribe(listener: () => void): () => void {
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const entry = (): void => listener()
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  reconnect(): void {
    this.#connection.connect()
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      this.#connection.close()
      this.awareness.destroy()
      this.doc.destroy()
    }
    await this.#copy.close()
  }

  /** No connection opens before the copy was read: its epoch must be said first, and one step 2 must cover all of it. */
  #load(): void {
    this.#counter.inherit(this.#copy.inherited)
    this.#changed()
    if (!this.#closed) this.#connection.start()
  }

  readonly #beginUpdate = (update: Uint8Array, origin: unknown): void => {
    const local = origin !== this.#connection.provider && origin !== this.#copy
    this.#counter.beginUpdate(local)
    if (origin !== this.#copy) this.#copy.keep(update)
    if (local) this.#changed()
  }

  readonly #endUpdate = (): void => this.#counter.endUpdate()

  #saved(): void {
    this.#copy.markSaved()
    if (!this.#counter.inherits) this.#copy.inheritedSaved()
    this.#changed()
  }

  /** The one place where the state comes from. */
  #changed(): void {
    const state: DocumentState = { ...this.#phase, unsaved: this.#counter.unsaved }
    const same = sameState(state, this.#state)
    if (same && this.#offlineCopy === this.#copy.state) return
    if (!same) this.#state = state
    this.#offlineCopy = this.#copy.state
    for (const listener of this.#listeners) listener()
  }
}
