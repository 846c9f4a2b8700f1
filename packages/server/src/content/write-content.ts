import { prosemirrorToYXmlFragment, updateYFragment } from '@tiptap/y-tiptap'
import type { ContentInput } from '@weft/protocol/http'
import * as Y from 'yjs'
import { richTextFrom } from './rich-text-input.ts'
import { sharedType } from './shared-type.ts'

/** What is to be written does not fit the shared type: text goes into rich text and into shared texts. */
export class WrongTypeError extends Error {
  override readonly name = 'WrongTypeError'
}

/**
 * Writes into a document.
 *
 * @returns what it changed, as one update
 * @throws AmbiguousFieldError, WrongTypeError; RangeError where the input is nested deeper than the stack
 */
export function writeContent(doc: Y.Doc, input: ContentInput): Uint8Array<ArrayBuffer> {
  const shared = sharedType(doc, input.field)
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  doc.transact(() => {
    switch (shared.kind) {
      case 'rich-text':
        return writeRichText(doc, shared.type, input)
      case 'text':
        return writeSource(shared.type, input)
      case 'map':
      case 'array':
        throw new WrongTypeError(`the shared type is of the kind ${shared.kind}: send an update to change it`)
    }
  })
  // Its own copy, since it is handed to another thread.
  return Y.mergeUpdates(updates.length === 0 ? [nothing] : updates).slice()
}

/** The update that changes nothing. */
const nothing = new Uint8Array([0, 0])

function writeRichText(doc: Y.Doc, fragment: Y.XmlFragment, { format, mode, content }: ContentInput): void {
  const node = richTextFrom(format, content)
  if (mode === 'replace') {
    // What stays the same stays the same to Yjs too, so that people keep their carets.
    updateYFragment(doc, fragment, node, { mapping: new Map(), isOMark: new Map() })
    return
  }
  // Only what is new is converted: what is there may be of another editor's schema.
  const addition = prosemirrorToYXmlFragment(node, new Y.Doc().getXmlFragment('addition'))
  fragment.push(addition.toArray().flatMap((child) => (child instanceof Y.XmlHook ? [] : [child.clone()])))
}

/** A text that is shared as such is a source, Markdown or another: what is written is the source. */
function writeSource(text: Y.Text, { format, mode, content }: ContentInput): void {
  if (format === 'html')
    throw new WrongTypeError('the shared type is a text: send text or markdown, which stay as they are')
  if (mode === 'replace') text.delete(0, text.length)
  text.insert(text.length, content)
}
