import * as Y from 'yjs'

/** A piece of rich text: a text, a formatted one, or an element as `['heading', { level: 1 }, 'Hello']`. */
export type Piece = string | Delta | ElementPiece

type ElementPiece = readonly [name: string, attributes: Readonly<Record<string, string | number>>, ...children: Piece[]]

/** Formatted text, as Yjs's deltas have it. */
export interface Delta {
  readonly insert: string
  readonly attributes: Readonly<Record<string, object>>
}

/** A document whose rich text was written as the web app's editor writes it. */
export function richTextDocument(pieces: readonly Piece[], field = 'default'): Y.Doc {
  const doc = new Y.Doc()
  fill(doc.getXmlFragment(field), pieces)
  return doc
}

/** Yjs reads and formats only what is in a document already, so everything is put there first. */
function fill(parent: Y.XmlFragment, pieces: readonly Piece[]): void {
  for (const piece of pieces) {
    if (typeof piece === 'string') parent.push([new Y.XmlText(piece)])
    else if ('insert' in piece) pushFormatted(parent, piece)
    else pushElement(parent, piece)
  }
}

function pushFormatted(parent: Y.XmlFragment, delta: Delta): void {
  const text = new Y.XmlText()
  parent.push([text])
  text.applyDelta([delta])
}

function pushElement(parent: Y.XmlFragment, [name, attributes, ...children]: ElementPiece): void {
  const element = new Y.XmlElement(name)
  parent.push([element])
  // Yjs's types know only attributes that are texts; editors write numbers.
  const attributed: Pick<Y.XmlElement<Record<string, string | number>>, 'setAttribute'> = element
  for (const [key, value] of Object.entries(attributes)) attributed.setAttribute(key, value)
  fill(element, children)
}
