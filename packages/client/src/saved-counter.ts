/** What an update frame may carry: an answer to step 1, which covers everything before it, or a single change. */
export type UpdateFrameKind = 'step2' | 'update'

/** How many changes a session made, and how many of them are saved. */
export interface SavedMark {
  readonly made: number
  readonly saved: number
}

/**
 * Counts local changes and which of them the server has called saved.
 *
 * The server counts the frames of one connection that carry an update, so this counts them too, in the order in which
 * they are really sent. A step 2 is built from the whole document and covers every change made before it. After one went
 * out, each change leaves in a frame of its own, so that `saved` up to a frame means saved up to a change. A change that
 * left in no frame (the socket was closing) opens a gap that only the next step 2 closes.
 */
export class SavedCounter {
  #made = 0
  #saved = 0
  #inherited = 0
  #frames = 0
  /** Up to which change everything has gone out on this connection; undefined before its first step 2. */
  #sent: number | undefined
  /** The change whose update is being handed round right now. */
  #carrying: number | undefined
  /** Frames that are not saved yet, and up to which change everything is saved once they are. */
  #waiting: { readonly frame: number; readonly changes: number }[] = []

  /** Local changes that are not saved, those of earlier sessions included. */
  get unsaved(): number {
    return this.#inherited + this.#made - this.#saved
  }

  /** This session's own share. */
  get own(): SavedMark {
    return { made: this.#made, saved: this.#saved }
  }

  /** Whether changes of earlier sessions wait to be saved. */
  get inherits(): boolean {
    return this.#inherited > 0
  }

  /** Whether a step 2 has gone out on this connection. */
  get answered(): boolean {
    return this.#sent !== undefined
  }

  /** Earlier sessions left changes unsaved. They must be in the document before a connection opens. */
  inherit(changes: number): void {
    this.#inherited += changes
  }

  /** The document has changed; frames sent until {@link endUpdate} carry this change. */
  beginUpdate(local: boolean): void {
    if (local) this.#made++
    this.#carrying = local ? this.#made : undefined
  }

  /** The document's change has been handed to everyone. */
  endUpdate(): void {
    this.#carrying = undefined
  }

  /** A new connection opens: the server counts from 0. */
  opened(): void {
    this.#frames = 0
    this.#sent = undefined
    this.#waiting = []
  }

  /**
   * A frame that carries an update goes out.
   *
   * @param whole false for a part of something that was split, unless it is the last
   */
  frameSent(kind: UpdateFrameKind, whole = true): void {
    this.#frames++
    if (!whole) return
    if (kind === 'step2') this.#sent = this.#made
    else if (this.#carrying !== undefined && this.#sent === this.#carrying - 1) this.#sent = this.#carrying
    else return
    this.#waiting.push({ frame: this.#frames, changes: this.#sent })
  }

  /**
   * The server says how many of this connection's frames are durable. A number past what was sent counts for what was
   * sent.
   */
  saved(frames: number): void {
    let covered = 0
    while (covered < this.#waiting.length && (this.#waiting[covered]?.frame ?? Infinity) <= frames) covered++
    const last = this.#waiting[covered - 1]
    if (last === undefined) return
    this.#waiting.splice(0, covered)
    this.#saved = Math.max(this.#saved, last.changes)
    // The first entry of a connection is a step 2, which brought what earlier sessions left.
    this.#inherited = 0
  }
}
