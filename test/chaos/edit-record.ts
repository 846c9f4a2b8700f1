/** One edit, remembered by the text that it put in or took out. No two edits put in the same text. */
type Edit = { readonly kind: 'insert' | 'delete'; readonly text: string }

/** What can be asked of a state. */
export interface Texts {
  /** Whether it has a text anywhere, in what still waits for others too. */
  holds(text: string): boolean
  /** Whether a reader sees it. */
  shows(text: string): boolean
}

/**
 * What a writer did and what it was told of that, kept apart from any Yjs document: this is what replicas and logs are held
 * against. Edits are saved in the order in which they were made.
 */
export class EditRecord {
  readonly writer: string
  readonly document: string
  readonly #edits: Edit[] = []
  readonly #deleted = new Set<string>()
  #saved = 0

  constructor(writer: string, document: string) {
    this.writer = writer
    this.document = document
  }

  get made(): number {
    return this.#edits.length
  }

  /** How many, counted from the first, were told saved. */
  get saved(): number {
    return this.#saved
  }

  /** The text of the next insertion. */
  nextText(payload: string): string {
    return `${this.writer}:${this.#edits.length}:${payload}`
  }

  inserted(text: string): void {
    this.#edits.push({ kind: 'insert', text })
  }

  deleted(text: string): void {
    this.#edits.push({ kind: 'delete', text })
    this.#deleted.add(text)
  }

  /** The first `count` edits were told saved. */
  told(count: number): void {
    this.#saved = Math.max(this.#saved, count)
  }

  /**
   * What a state lacks of the first edits.
   *
   * @param saved how many of them were told saved at the time that matters
   * @returns a line for each
   */
  missingFrom(texts: Texts, saved: number): string[] {
    return this.#edits.slice(0, saved).flatMap((edit, index) => {
      // A text that some later edit of ours takes out may be there or not, whether or not that one is saved yet.
      const kept =
        edit.kind === 'insert' ? texts.holds(edit.text) || this.#deleted.has(edit.text) : !texts.shows(edit.text)
      return kept ? [] : [`${this.document}: edit ${index} of ${this.writer} (${edit.kind} ${edit.text.slice(0, 40)})`]
    })
  }
}
