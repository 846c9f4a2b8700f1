import type { ContentFormat } from '@weft/protocol/http'
import * as Y from 'yjs'
import { asHtml, escaped } from './as-html.ts'
import { asMarkdown } from './as-markdown.ts'
import { asText } from './as-text.ts'
import { fitted } from './fitted-nodes.ts'
import { sharedType } from './shared-type.ts'
import { nodesOf } from './xml-nodes.ts'

/** What is to be rendered, and as what. */
export interface Rendering {
  readonly as: ContentFormat
  /** Name of the shared type; without it the web app's, else the only one. */
  readonly field: string | undefined
}

/**
 * A document's content.
 *
 * @throws AmbiguousFieldError; RangeError where it is nested deeper than the stack
 */
export function renderContent(doc: Y.Doc, { as, field }: Rendering): Uint8Array<ArrayBuffer> {
  // Its own copy: what Yjs hands out may be a part of a larger buffer.
  return as === 'update' ? Y.encodeStateAsUpdate(doc).slice() : new TextEncoder().encode(renderText(doc, as, field))
}

function renderText(doc: Y.Doc, as: Exclude<ContentFormat, 'update'>, field: string | undefined): string {
  const shared = sharedType(doc, field)
  switch (shared.kind) {
    case 'rich-text':
      return renderRichText(shared.type, as)
    case 'text':
      return renderSource(shared.type, as)
    case 'map':
    case 'array':
      return renderData(shared.type, as)
  }
}

function renderRichText(fragment: Y.XmlFragment, as: Exclude<ContentFormat, 'update'>): string {
  const nodes = nodesOf(fragment)
  switch (as) {
    case 'json':
      return JSON.stringify({ type: 'doc', content: nodes })
    case 'text':
      return asText(nodes)
    case 'html':
      return asHtml(fitted(nodes).content)
    case 'markdown':
      return asMarkdown(fitted(nodes))
  }
}

/** A text that is shared as such is somebody's source, Markdown or another: it stays as it is. */
function renderSource(text: Y.Text, as: Exclude<ContentFormat, 'update'>): string {
  switch (as) {
    case 'json':
      return JSON.stringify(text.toDelta(), plainValue)
    case 'html':
      return `<pre>${escaped(text.toJSON())}</pre>`
    case 'text':
    case 'markdown':
      return text.toJSON()
  }
}

function renderData(data: Y.Map<unknown> | Y.Array<unknown>, as: Exclude<ContentFormat, 'update'>): string {
  const json = JSON.stringify(data.toJSON(), plainValue, as === 'json' ? undefined : 2)
  switch (as) {
    case 'json':
    case 'text':
      return json
    case 'html':
      return `<pre>${escaped(json)}</pre>`
    case 'markdown':
      // JSON has its line breaks escaped, so no line of it but the fence's own begins with backticks.
      return `\`\`\`json\n${json}\n\`\`\``
  }
}

/** What Yjs may hold and JSON may not. */
function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}
