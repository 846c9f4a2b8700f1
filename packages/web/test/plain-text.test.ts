import { richTextField } from '@weft/protocol'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { plainText } from '../src/editor/plain-text.ts'

function block(name: string, ...children: (Y.XmlElement | Y.XmlText)[]): Y.XmlElement {
  const element = new Y.XmlElement(name)
  element.insert(0, children)
  return element
}

function text(words: string, marks: Record<string, unknown> = {}): Y.XmlText {
  const node = new Y.XmlText()
  node.insert(0, words, marks)
  return node
}

test('the plain text of a document has a line for each block, without marks', () => {
  const doc = new Y.Doc()
  doc
    .getXmlFragment(richTextField)
    .insert(0, [
      block('heading', text('On weaving')),
      block('paragraph', text('Over < under', { bold: {} }), block('hardBreak'), text('and back')),
      block('paragraph'),
      block(
        'bulletList',
        block('listItem', block('paragraph', text('warp'))),
        block('listItem', block('paragraph', text('weft'))),
      ),
    ])
  expect(plainText(Y.encodeStateAsUpdate(doc))).toBe('On weaving\nOver < under\nand back\n\nwarp\nweft')
})
