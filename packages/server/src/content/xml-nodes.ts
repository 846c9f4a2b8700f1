import * as Y from 'yjs'
import type { ContentMark, ContentNode } from './content-node.ts'

/**
 * A fragment as y-prosemirror and Tiptap's binding keep rich text in it, whatever its schema. Their own conversion stops at
 * what it does not expect; a document of another editor must be readable all the same.
 */
export function nodesOf(parent: Y.XmlFragment): ContentNode[] {
  return parent.toArray().flatMap((child) => {
    if (child instanceof Y.XmlText) return textNodes(child)
    return child instanceof Y.XmlElement ? [elementNode(child)] : []
  })
}

function elementNode(element: Y.XmlElement): ContentNode {
  const attrs: Record<string, unknown> = element.getAttributes()
  const content = nodesOf(element)
  return {
    type: element.nodeName,
    ...(Object.keys(attrs).length === 0 ? {} : { attrs }),
    ...(content.length === 0 ? {} : { content }),
  }
}

function textNodes(text: Y.XmlText): ContentNode[] {
  const deltas: unknown = text.toDelta()
  return Array.isArray(deltas) ? deltas.flatMap(textNode) : []
}

/** What is embedded in a text is no text. */
function textNode(delta: unknown): ContentNode[] {
  if (!isRecord(delta) || typeof delta['insert'] !== 'string') return []
  const { insert, attributes } = delta
  const marks = isRecord(attributes) ? Object.entries(attributes).map(([name, value]) => markOf(name, value)) : []
  return [{ type: 'text', text: insert, ...(marks.length === 0 ? {} : { marks }) }]
}

/** A mark that may lie over itself is kept under its name and a hash of its attributes. */
const hashedName = /^(.*)--[a-zA-Z0-9+/=]{8}$/

function markOf(name: string, value: unknown): ContentMark {
  const type = hashedName.exec(name)?.[1] ?? name
  return isRecord(value) && Object.keys(value).length > 0 ? { type, attrs: value } : { type }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
