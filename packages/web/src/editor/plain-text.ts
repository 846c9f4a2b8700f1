import { richTextField } from '@weft/protocol'
import * as Y from 'yjs'

/** The plain text of a rich document's state, a line for each block. */
export function plainText(update: Uint8Array): string {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, update)
  const lines: string[] = []
  collectLines(doc.getXmlFragment(richTextField), lines)
  doc.destroy()
  return lines.join('\n')
}

function collectLines(parent: Y.XmlFragment, lines: string[]): void {
  let line: string | undefined
  for (const node of parent.toArray()) {
    if (node instanceof Y.XmlText) {
      line = (line ?? '') + textOf(node)
    } else if (node instanceof Y.XmlElement && node.nodeName === 'hardBreak') {
      lines.push(line ?? '')
      line = ''
    } else if (node instanceof Y.XmlFragment) {
      collectLines(node, lines)
    }
  }
  // A block without blocks in it is a line, if an empty one.
  if (line !== undefined || parent.length === 0) lines.push(line ?? '')
}

/** Without marks: `XmlText.toString` would write them as tags. */
function textOf(text: Y.XmlText): string {
  const delta: unknown = text.toDelta()
  const parts: readonly unknown[] = Array.isArray(delta) ? delta : []
  return parts.map((part) => (hasInsert(part) && typeof part.insert === 'string' ? part.insert : '')).join('')
}

function hasInsert(part: unknown): part is { insert: unknown } {
  return typeof part === 'object' && part !== null && 'insert' in part
}
