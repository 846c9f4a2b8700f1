/**
 * The port to the append-only log: what may never be lost. Its rules L1 to L8 are in docs/rules.md; the contract suite in
 * `contract/` holds every driver to them.
 *
 * @module
 */

/**
 * Where one is in a document's log. The epoch begins with the log and anew after deletion or total loss; positions are
 * consecutive within it; the tip is the random id of the entry at that position. A position alone is not an identity:
 * after a loss it may be given out again (L2). Position 0 with an empty tip is the beginning.
 */
export interface Place {
  readonly epoch: string
  readonly position: number
  readonly tip: string
}

/** One actor's merged updates of one flush, as they are handed to the log. */
export interface NewEntry {
  /** A Yjs v1 update. */
  readonly update: Uint8Array
  /** Who wrote it: a token's subject, or an anonymous id. */
  readonly actor: string
  /** When, in milliseconds since 1970. */
  readonly at: number
}

/** An entry as the log keeps it. */
export interface Entry extends NewEntry {
  readonly position: number
  readonly tip: string
}

/** The merged state up to a place, kept so that loading need not replay the whole log. */
export interface Checkpoint {
  readonly place: Place
  /** Yjs state vector of the state, encoded. */
  readonly stateVector: Uint8Array
  /** Yjs v1 updates in causal order, each valid after the ones before it; together the state. */
  readonly chunks: readonly Uint8Array[]
  /**
   * How the chunks go together into one update without decoding them (`encodeOutline`), so that a joiner can be sent the state
   * as it comes from the store. A store need not keep it; the chunks say the same.
   */
  readonly outline?: Uint8Array | undefined
}

/** Hears of a checkpoint while it is read. */
export interface CheckpointReader {
  /** A checkpoint is about to be read. Called again where what was read so far has been replaced meanwhile, and does not count. */
  begin(checkpoint: Omit<Checkpoint, 'chunks'>): void
  /** The next chunk is there. */
  chunk(chunk: Uint8Array): void
}

/** All that the log holds of one document. */
export interface LoadedDocument {
  /** The log's head: where the last entry stands. */
  readonly head: Place
  readonly checkpoint: Checkpoint | undefined
  /** The entries after the checkpoint, in order, with no gap up to the head. */
  readonly entries: readonly Entry[]
}

/** What an append is called with. */
export interface AppendRequest {
  /** The epoch that the caller loaded: another one refuses the append. */
  readonly epoch: string
  /**
   * A random id of this append, kept when the caller repeats it after a failure whose outcome it does not know. A repeated
   * token appends nothing and answers what the first attempt was given.
   */
  readonly token: string
  /** At least one. All of them become durable together or not at all. */
  readonly entries: readonly NewEntry[]
  /**
   * Append only while the log's tip is this one; the beginning's is empty. For repair, which appends what it found missing
   * from the log as it had read it.
   */
  readonly after?: string
}

/** Where an append went. Places are as the relay carries them: one's own place moves only when it was at `previousTip`. */
export interface AppendReceipt {
  readonly epoch: string
  readonly first: number
  readonly last: number
  readonly previousTip: string
  readonly tip: string
}

/** The append-only log of every document. All methods reject with a `StoreError`. */
export interface DocumentLog {
  /**
   * Everything the log holds of a document (L3).
   *
   * @param reader hears of the checkpoint as it comes, from a store that reads it in parts; others do not call it
   * @throws DocumentNotFoundError, DocumentDeletedError, CorruptRecordError, StoreUnavailableError
   */
  load(document: string, reader?: CheckpointReader): Promise<LoadedDocument>

  /**
   * Appends. Resolves when the entries are durable at the store's level (L1), and not before.
   *
   * @throws DocumentNotFoundError, DocumentDeletedError (L5), EpochMismatchError, TipMovedError: nothing was appended.
   * @throws StoreUnavailableError: whether it was appended is unknown; repeat it with the same token.
   */
  append(document: string, request: AppendRequest): Promise<AppendReceipt>

  /**
   * Everything after a position (L3): the entries, or, where the position is older than the log, the checkpoint and the
   * entries after it. The entry at the position itself is included when the log still has it, so that the caller can see by its
   * tip whether the log forked.
   *
   * @throws as `load`
   */
  read(document: string, from: number): Promise<LoadedDocument>

  /**
   * Puts a new checkpoint in the place of the old and trims the entries that it covers, once it is durable (L7). Conditional
   * on the epoch, on the old checkpoint's tip, and on the tip that stands at the new checkpoint's position (L4).
   *
   * @param replaces tip of the checkpoint that the new one was made from; undefined for none
   * @returns false, with nothing changed, where one of the conditions no longer holds
   */
  replaceCheckpoint(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean>

  /**
   * Where the logs of many documents end, in the order asked: cheap enough to be asked of every open document every few
   * seconds. Undefined for one that does not exist or was deleted: `load` says which.
   *
   * @throws StoreUnavailableError
   */
  heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]>

  /**
   * For repair after a total loss (L6): begins a log with a new epoch, of the same life, where there is none. Of several nodes
   * that call it at once, one begins it.
   *
   * @param lost the epoch of the log that is no longer there
   * @param at when, in milliseconds since 1970
   * @returns the head that is there now, whoever made it
   * @throws DocumentDeletedError, StoreUnavailableError
   */
  begin(document: string, lost: string, at: number): Promise<Place>
}
