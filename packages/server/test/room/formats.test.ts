import { splitUpdate } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { emptyDocument, RoomFixture } from '../support/room-fixture.ts'

/** Paragraphs whose bold beginnings were typed anew by someone whose client id puts them behind everything else. */
function formatted(): Y.Doc {
  const author = new Y.Doc()
  author.clientID = 2_000
  const editor = new Y.Doc()
  editor.clientID = 1_000
  const texts: Y.XmlText[] = []
  author.transact(() => {
    for (let i = 0; i < 4_000; i++) {
      const text = new Y.XmlText()
      author.getXmlFragment('default').push([text])
      text.insert(0, ' and what follows it')
      text.insert(0, 'x', { bold: {} })
      texts.push(text)
    }
  })
  Y.applyUpdate(editor, Y.encodeStateAsUpdate(author))
  editor.transact(() => {
    for (const text of editor.getXmlFragment('default').toArray()) {
      if (!(text instanceof Y.XmlText)) continue
      text.insert(1, 'bold')
      text.delete(0, 1)
    }
  })
  return editor
}

function bolds(doc: Y.Doc): number {
  return doc.getXmlFragment('default').toJSON().split('<bold>bold</bold>').length - 1
}

describe('R1: formats of a large document', () => {
  it('R1: are what they were for one who joins, and for those who hear from that one', async () => {
    const fixture = await RoomFixture.open()
    const doc = formatted()
    const writer = fixture.join({ doc })
    writer.send()
    await fixture.settle(writer)
    const joiner = fixture.join()
    await fixture.settle(writer, joiner)
    expect([bolds(doc), bolds(joiner.doc)]).toEqual([4_000, 4_000])
  })

  it('R1: are what they were after a checkpoint, whose chunks are applied one by one', async () => {
    const chunks = [...splitUpdate(Y.encodeStateAsUpdate(formatted()), 16 * 1024)]
    expect(chunks.length).toBeGreaterThan(5)
    const { head } = emptyDocument
    const checkpoint = { place: head, stateVector: new Uint8Array([0]), chunks }
    const fixture = await RoomFixture.open({ head, checkpoint, entries: [] })
    const joiner = fixture.join()
    await fixture.settle(joiner)
    expect(bolds(joiner.doc)).toBe(4_000)
  })
})
