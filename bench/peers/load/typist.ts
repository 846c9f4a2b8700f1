import * as Y from 'yjs'
import { markOf, maxSequence } from './marks.ts'

/** The shared text that everyone types into. */
export const typedField = 'text'

/** Makes real updates: a person who types on where they stopped, in a document of their own. */
export class Typist {
  readonly #doc = new Y.Doc()
  readonly #text: Y.Text
  readonly #writer: number
  #made: Uint8Array = Uint8Array.of()
  sequence = 0

  constructor(writer: number) {
    this.#writer = writer
    this.#text = this.#doc.getText(typedField)
    this.#doc.on('update', (update: Uint8Array) => (this.#made = update))
  }

  /** The next update. Its mark is {@link sequence} before the call. */
  type(): Uint8Array {
    this.#text.insert(this.#text.length, markOf(this.#writer, this.sequence % maxSequence))
    this.sequence++
    return this.#made
  }

  get stateVector(): Uint8Array {
    return Y.encodeStateVector(this.#doc)
  }
}
