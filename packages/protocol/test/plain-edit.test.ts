import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { readPlainEdit } from '../src/index.ts'

describe('plain edits', () => {
  it.each<[string, (text: Y.Text) => void]>([
    ['a letter at the end', (text) => text.insert(text.length, 'x')],
    ['a letter in between', (text) => text.insert(2, 'x')],
    ['a letter at the beginning', (text) => text.insert(0, 'x')],
    ['letters of several bytes', (text) => text.insert(1, 'é🙂')],
    ['a letter that is deleted', (text) => text.delete(1, 1)],
    ['a selection that is replaced', (text) => (text.delete(1, 2), text.insert(1, 'xyz'))],
  ])('%s', (_name, change) => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'hello')
    const before = clocksOf(doc)
    const update = updateOf(doc, () => change(doc.getText('t')))
    const after = clocksOf(doc).get(doc.clientID)
    const client = after === before.get(doc.clientID) ? undefined : doc.clientID
    expect(readPlainEdit(update, (of) => before.get(of) ?? 0)).toEqual({
      client,
      clock: client === undefined ? 0 : after,
    })
  })

  it('the first letter of a document', () => {
    const doc = new Y.Doc()
    const update = updateOf(doc, () => doc.getText('t').insert(0, 'h'))
    expect(readPlainEdit(update, () => 0)).toEqual({ client: doc.clientID, clock: 1 })
  })

  it.each<[string, (doc: Y.Doc) => void]>([
    ['a format', (doc) => doc.getText('t').format(0, 2, { bold: true })],
    ['a paragraph', (doc) => doc.getXmlFragment('x').insert(0, [new Y.XmlElement('p')])],
    ['a value', (doc) => doc.getMap('m').set('k', 1)],
  ])('%s has to be applied', (_name, change) => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'hello')
    const before = clocksOf(doc)
    const update = updateOf(doc, () => change(doc))
    expect(readPlainEdit(update, (of) => before.get(of) ?? 0)).toBeUndefined()
  })

  it('what is there already, comes too early, is cut short or has more behind it has to be applied', () => {
    const doc = new Y.Doc()
    const first = updateOf(doc, () => doc.getText('t').insert(0, 'one'))
    const second = updateOf(doc, () => doc.getText('t').insert(3, 'two'))
    const at = (clock: number) => (client: number) => (client === doc.clientID ? clock : 0)
    expect(readPlainEdit(second, at(3))).toEqual({ client: doc.clientID, clock: 6 })
    expect(readPlainEdit(first, at(3))).toBeUndefined()
    expect(readPlainEdit(second, at(0))).toBeUndefined()
    expect(readPlainEdit(second.subarray(0, -1), at(3))).toBeUndefined()
    expect(readPlainEdit(Uint8Array.from([...second, 0]), at(3))).toBeUndefined()
  })

  it('a deletion of what is not there has to be applied', () => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'one')
    const deletion = updateOf(doc, () => doc.getText('t').delete(0, 3))
    expect(readPlainEdit(deletion, () => 3)).toEqual({ client: undefined, clock: 0 })
    expect(readPlainEdit(deletion, () => 2)).toBeUndefined()
  })
})

function updateOf(doc: Y.Doc, change: () => void): Uint8Array {
  let made: Uint8Array = new Uint8Array()
  doc.once('update', (update: Uint8Array) => (made = update))
  doc.transact(change)
  return made
}

function clocksOf(doc: Y.Doc): Map<number, number> {
  return Y.decodeStateVector(Y.encodeStateVector(doc))
}
