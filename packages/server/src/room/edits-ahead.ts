import { applyAsItIs, readPlainEdit } from '@weft/protocol'
import * as Y from 'yjs'

/** Applying so much takes about a millisecond. */
const mostEdits = 200
const mostBytes = 64 * 1024

/**
 * Plain edits that were taken before they are applied: what they change is known without that, and many applied as one
 * transaction cost a fraction of what each alone does. Whoever looks at the document has them applied first.
 */
export class EditsAhead {
  readonly #doc: Y.Doc
  #edits: Uint8Array[] = []
  #bytes = 0
  /** The clocks at which clients stand once they are applied. */
  readonly #clocks = new Map<number, number>()

  /** @param doc nothing may wait in it for other updates when an edit is taken */
  constructor(doc: Y.Doc) {
    this.#doc = doc
  }

  /** @returns false where it is no plain edit and has to be applied */
  take(update: Uint8Array): boolean {
    const edit = readPlainEdit(update, this.#clockOf)
    if (edit === undefined) return false
    this.#edits.push(update)
    this.#bytes += update.byteLength
    if (edit.client !== undefined) this.#clocks.set(edit.client, edit.clock)
    return true
  }

  /** Whether it is time to apply them. */
  get full(): boolean {
    return this.#edits.length >= mostEdits || this.#bytes >= mostBytes
  }

  get empty(): boolean {
    return this.#edits.length === 0
  }

  /** Applies them. */
  apply(): void {
    const edits = this.#edits
    this.#edits = []
    this.#bytes = 0
    this.#clocks.clear()
    this.#doc.transact(() => {
      for (const edit of edits) applyAsItIs(this.#doc, edit)
    })
  }

  readonly #clockOf = (client: number): number => this.#clocks.get(client) ?? Y.getState(this.#doc.store, client)
}
