import { create, int31 } from 'lib0/prng'
import * as Y from 'yjs'

/** A document as long work leaves it: many small insertions at many places, some of it deleted again. */
export interface LargeDocument {
  /** Its updates in order, each of which is a message that any server takes. */
  readonly updates: readonly Uint8Array[]
  /** Size of the whole as one update, in bytes. */
  readonly bytes: number
  readonly stateVector: Uint8Array
}

const paragraphs = 2000
const words = 'the quick brown fox jumps over a lazy dog while eleven writers look on and nobody says a word '

/** So many insertions are one update. */
const insertionsPerUpdate = 1000

/** Makes one of about so many bytes; the same size gives the same document. */
export function largeDocument(megabytes: number): LargeDocument {
  const random = create(megabytes)
  const doc = new Y.Doc()
  doc.clientID = 4_000_000_000
  const updates: Uint8Array[] = []
  let gathered = 0
  doc.on('update', (update: Uint8Array) => {
    updates.push(update)
    gathered += update.byteLength
  })
  const body = doc.getXmlFragment('body')
  const texts = Array.from({ length: paragraphs }, () => new Y.XmlText())
  body.insert(
    0,
    texts.map((text) => {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [text])
      return paragraph
    }),
  )
  while (gathered < megabytes * 1e6) {
    doc.transact(() => {
      for (let insertion = 0; insertion < insertionsPerUpdate; insertion++) {
        const text = texts[int31(random, 0, paragraphs - 1)]
        if (text === undefined) continue
        const start = int31(random, 0, words.length - 30)
        // At the beginning of a paragraph, which Yjs finds at once: anywhere else 20 MB would take minutes to make.
        text.insert(0, words.slice(start, start + int31(random, 5, 25)))
        if (text.length > 200 && int31(random, 0, 9) === 0) text.delete(0, 4)
      }
    })
  }
  const bytes = Y.encodeStateAsUpdate(doc).byteLength
  const stateVector = Y.encodeStateVector(doc)
  doc.destroy()
  return { updates, bytes, stateVector }
}
