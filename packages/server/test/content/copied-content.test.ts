import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { copiedContent, type MovedFiles } from '../../src/content/copied-content.ts'

const [kept, gone] = ['a'.repeat(64), 'b'.repeat(64)]
const files: MovedFiles = { from: '/documents/old/files/', to: '/documents/new/files/', files: [kept] }
const [before, after] = [files.from + kept, files.to + kept]

/** The copy that another document would become of it. */
function copyOf(doc: Y.Doc, moved: MovedFiles = files): Y.Doc {
  // As the thread has it: no shared type is known as what it was made.
  const raw = new Y.Doc()
  Y.applyUpdate(raw, Y.encodeStateAsUpdate(doc))
  const copy = new Y.Doc()
  Y.applyUpdate(copy, copiedContent(raw, moved))
  return copy
}

it('addresses of files lead to the copy’s own, in attributes, marks and embeds of rich text', () => {
  const doc = new Y.Doc()
  const image = new Y.XmlElement('image')
  image.setAttribute('src', before)
  image.setAttribute('alt', 'a sketch')
  const text = new Y.XmlText()
  text.insert(0, 'plain')
  text.insert(5, 'linked', { link: { href: `https://weft.example${before}?x=1`, target: '_blank' } })
  text.insertEmbed(11, { image: before }, { bold: true })
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [text, image])
  doc.getXmlFragment('default').insert(0, [paragraph])

  const copied = copyOf(doc).getXmlFragment('default').get(0)
  const [words, picture] = copied instanceof Y.XmlElement ? copied.toArray() : []
  expect(words instanceof Y.XmlText && words.toDelta()).toEqual([
    { insert: 'plain' },
    { insert: 'linked', attributes: { link: { href: `https://weft.example${after}?x=1`, target: '_blank' } } },
    { insert: { image: after }, attributes: { bold: true } },
  ])
  expect(picture instanceof Y.XmlElement && picture.getAttributes()).toEqual({ src: after, alt: 'a sketch' })
})

it('and in maps, arrays and what is nested in them', () => {
  const doc = new Y.Doc()
  const inner = new Y.Map()
  doc.getMap('board').set('card', inner)
  inner.set('cover', before)
  inner.set('sizes', [1, { small: before, large: gone }])
  doc.getArray('list').insert(0, ['first', before, 3, new Uint8Array([1])])
  const copy = copyOf(doc)
  expect(copy.getMap('board').toJSON()).toEqual({ card: { cover: after, sizes: [1, { small: after, large: gone }] } })
  expect(copy.getArray('list').toJSON()).toEqual(['first', after, 3, new Uint8Array([1])])
})

it('what leads to no file of the copy stays as it is', () => {
  const doc = new Y.Doc()
  const other = `/documents/other/files/${kept}`
  const values = [files.from + gone, other, files.from, `${before} and ${files.from}${gone}`]
  doc.getArray('list').insert(0, values)
  expect(copyOf(doc).getArray('list').toJSON()).toEqual([...values.slice(0, 3), `${after} and ${files.from}${gone}`])
})

it('without files, it is what the document holds, update for update', () => {
  const doc = new Y.Doc()
  doc.getArray('list').insert(0, [before])
  const copy = copyOf(doc, { ...files, files: [] })
  expect(Y.encodeStateVector(copy)).toEqual(Y.encodeStateVector(doc))
  expect(copy.getArray('list').toJSON()).toEqual([before])
})
