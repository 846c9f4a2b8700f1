import fc from 'fast-check'
import * as Y from 'yjs'

/** What one of several writers does. */
export interface Step {
  readonly who: number
  readonly kind:
    | 'text'
    | 'delete'
    | 'format'
    | 'embed'
    | 'map'
    | 'bytes'
    | 'document'
    | 'element'
    | 'hook'
    | 'remove'
    | 'sync'
  readonly at: number
  readonly text: string
}

/** Any of it: every kind of content that Yjs writes is among it. */
export const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(2),
  kind: fc.constantFrom(
    'text',
    'text',
    'delete',
    'format',
    'embed',
    'map',
    'bytes',
    'document',
    'element',
    'hook',
    'remove',
    'sync',
  ),
  at: fc.nat(1_000),
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
})

/** Does it. */
export function write(doc: Y.Doc, { kind, at, text }: Step): void {
  const shared = doc.getText('t')
  const place = at % (shared.length + 1)
  if (kind === 'text') shared.insert(place, text)
  else if (kind === 'delete') shared.delete(place, Math.min(5, shared.length - place))
  else if (kind === 'format') shared.format(place, Math.min(5, shared.length - place), { bold: at % 2 === 0 })
  else if (kind === 'embed') shared.insertEmbed(place, { image: text })
  else if (kind === 'map') doc.getMap('m').set(text.slice(0, 1), { text, at, deep: [null, true, 1.5] })
  else if (kind === 'bytes') doc.getArray('a').insert(0, [new Uint8Array([1, 2, 3]), at, text])
  else if (kind === 'hook') doc.getArray('a').insert(0, [new Y.XmlHook(text), new Y.Map()])
  else if (kind === 'document') doc.getMap('m').set('document', new Y.Doc({ guid: 'inside' }))
  else if (kind === 'remove') removeFrom(doc.getXmlFragment('x'), at)
  else doc.getXmlFragment('x').insert(0, [new Y.XmlElement('p'), new Y.XmlText(text)])
}

function removeFrom(fragment: Y.XmlFragment, at: number): void {
  if (fragment.length > 0) fragment.delete(at % fragment.length)
}
