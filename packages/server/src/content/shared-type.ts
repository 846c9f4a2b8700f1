import { richTextField } from '@weft/protocol'
import * as Y from 'yjs'

/** A shared type of a document, as what it was made. */
export type SharedType =
  | { readonly kind: 'rich-text'; readonly type: Y.XmlFragment }
  | { readonly kind: 'text'; readonly type: Y.Text }
  | { readonly kind: 'map'; readonly type: Y.Map<unknown> }
  | { readonly kind: 'array'; readonly type: Y.Array<unknown> }

/** A document has several shared types, and it was not said which one is meant. */
export class AmbiguousFieldError extends Error {
  override readonly name = 'AmbiguousFieldError'

  constructor(fields: readonly string[]) {
    const shown = fields.slice(0, 20).map((field) => JSON.stringify(field.slice(0, 100)))
    super(`the document has several shared types: name one of ${shown.join(', ')}${fields.length > 20 ? ', …' : ''}`)
  }
}

/**
 * The shared type that is meant: the one that was named, else the web app's where there is one, else the only one.
 *
 * @throws AmbiguousFieldError
 */
export function sharedType(doc: Y.Doc, named: string | undefined): SharedType {
  return sharedTypeOf(doc, named ?? usualField(doc))
}

function usualField(doc: Y.Doc): string {
  const fields = [...doc.share.keys()]
  const [only = richTextField, ...others] = fields
  if (fields.includes(richTextField)) return richTextField
  if (others.length > 0) throw new AmbiguousFieldError(fields)
  return only
}

/** An update does not say as what a shared type was made, so what it holds must tell. */
function sharedTypeOf(doc: Y.Doc, field: string): SharedType {
  const raw = doc.share.get(field)
  const content = raw === undefined ? undefined : firstContent(raw)
  if (content === undefined) {
    return raw !== undefined && raw._map.size > 0
      ? { kind: 'map', type: doc.getMap(field) }
      : { kind: 'rich-text', type: doc.getXmlFragment(field) }
  }
  if (content instanceof Y.ContentType && isXml(content.type)) {
    return { kind: 'rich-text', type: doc.getXmlFragment(field) }
  }
  return isText(content) ? { kind: 'text', type: doc.getText(field) } : { kind: 'array', type: doc.getArray(field) }
}

/** A shared type of which it is not known as what it was made. */
type RawType = NonNullable<ReturnType<Y.Doc['share']['get']>>

function firstContent(type: RawType): Y.Item['content'] | undefined {
  for (let item = type._start; item !== null; item = item.right) if (!item.deleted) return item.content
  return undefined
}

function isXml(type: Y.ContentType['type']): boolean {
  return type instanceof Y.XmlElement || type instanceof Y.XmlText || type instanceof Y.XmlHook
}

function isText(content: Y.Item['content']): boolean {
  return content instanceof Y.ContentString || content instanceof Y.ContentFormat || content instanceof Y.ContentEmbed
}
