import { bool, int31, letter, real53, type PRNG } from 'lib0/prng'
import type * as Y from 'yjs'
import { StockClient } from '../support/stock-client.ts'

/** The shared type that writers write into. */
export const killField = 'edits'

/** One edit of a writer, remembered by the text it put in or took out. No two edits put in the same text. */
type Edit = { readonly kind: 'insert'; readonly text: string } | { readonly kind: 'delete'; readonly text: string }

/** How many frames a writer leaves unsaved before it waits: the server is always busy, and answers all the time. */
const maxUnsaved = 60

/** How many elements count as recent. */
const recent = 20

/**
 * A writer that keeps a record of its own: every edit it made, and how many of them it was told are saved. What is compared
 * after a kill is this record, not what Yjs says of itself.
 */
export class KillWriter {
  readonly document: string
  readonly client: StockClient
  readonly #name: string
  readonly #random: PRNG
  readonly #edits: Edit[] = []
  /** By frame of this connection: how many edits had been made when it went out. It carries all of them that are new. */
  #covered: number[] = []
  #saved = 0

  constructor(name: string, server: string, document: string, random: PRNG) {
    this.#name = name
    this.#random = random
    this.document = document
    this.client = new StockClient({
      server,
      document,
      onSent: (frame) => {
        if (frame === 1) this.#covered = []
        this.#covered[frame] = this.#edits.length
      },
      onSaved: (frames) => {
        this.#saved = Math.max(this.#saved, this.#covered[frames] ?? 0)
      },
    })
  }

  /** How many edits were made. */
  get made(): number {
    return this.#edits.length
  }

  /** How many of them, counted from the first, were told saved. */
  get saved(): number {
    return this.#saved
  }

  /** Makes one edit, unless too many are unsaved. Returns whether it did. */
  edit(): boolean {
    if (this.client.sent - this.client.saved > maxUnsaved) return false
    const list = this.#list()
    const victim = bool(this.#random) && bool(this.#random) ? this.#ownIndex(list) : undefined
    if (victim === undefined) {
      const text = `${this.#name}:${this.#edits.length}:${this.#payload()}`
      const at = this.#recentIndex(list)
      this.#edits.push({ kind: 'insert', text })
      list.insert(at, [text])
    } else {
      this.#edits.push({ kind: 'delete', text: list.get(victim) })
      list.delete(victim)
    }
    return true
  }

  /** What a state lacks of the edits that were told saved. */
  lostIn(texts: ReadonlySet<string>): string[] {
    const deleted = new Set(this.#edits.flatMap((edit) => (edit.kind === 'delete' ? [edit.text] : [])))
    return this.#edits.slice(0, this.#saved).flatMap((edit, index) => {
      // A deletion that was not told saved may be there all the same; a text that it deletes may be there or not.
      const kept = edit.kind === 'insert' ? texts.has(edit.text) || deleted.has(edit.text) : !texts.has(edit.text)
      return kept ? [] : [`edit ${index} of ${this.#name} (${edit.kind} ${edit.text.slice(0, 40)})`]
    })
  }

  /** Drops the connection, and stays away until {@link comeBack}. */
  leave(): void {
    this.client.provider.disconnect()
  }

  async comeBack(): Promise<void> {
    this.client.provider.connect()
    await this.client.synced()
  }

  #list(): Y.Array<string> {
    return this.client.doc.getArray<string>(killField)
  }

  /** Where people write: near the end. Anywhere else Yjs would have to walk, and the writer would be slower than the server. */
  #recentIndex(list: Y.Array<string>): number {
    return int31(this.#random, Math.max(0, list.length - recent), list.length)
  }

  /** Some recent element of ours. */
  #ownIndex(list: Y.Array<string>): number | undefined {
    for (let index = this.#recentIndex(list); index < list.length; index++) {
      if (list.get(index).startsWith(`${this.#name}:`)) return index
    }
    return undefined
  }

  /** Mostly a word; now and then a paste, so that logs grow and compaction happens too. */
  #payload(): string {
    return letter(this.#random).repeat(real53(this.#random) < 0.01 ? int31(this.#random, 1000, 16_000) : 8)
  }
}
