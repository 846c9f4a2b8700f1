import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { withheldParts } from '../src/index.ts'

/** What one of several writers does: every kind of content that Yjs writes is among it. */
const step = fc.record({
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

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function write(doc: Y.Doc, { kind, at, text }: Step): void {
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

function written(steps: readonly Step[]): Y.Doc {
  const docs = [11, 400, 5_000_000].map((clientId) => {
    const doc = new Y.Doc()
    doc.clientID = clientId
    return doc
  })
  const sync = (): void => {
    for (const from of docs)
      for (const to of docs) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)))
  }
  for (const one of steps) {
    if (one.kind === 'sync') sync()
    else write(docs[one.who] ?? new Y.Doc(), one)
  }
  sync()
  return docs[0] ?? new Y.Doc()
}

const cases = [fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 300 })] as const

describe('withheldParts', () => {
  it('none takes effect before the last has come, and all take effect as one', () => {
    fc.assert(
      fc.property(...cases, (steps, partBytes) => {
        const whole = Y.encodeStateAsUpdate(written(steps))
        const parts = [...withheldParts(whole, partBytes)]
        const doc = new Y.Doc()
        const heard: Uint8Array[] = []
        doc.on('update', (update: Uint8Array) => heard.push(update))
        for (const part of parts.slice(0, -1)) Y.applyUpdate(doc, part)
        expect(heard).toEqual([])
        Y.applyUpdate(doc, parts.at(-1) ?? new Uint8Array())
        const inOne = new Y.Doc()
        Y.applyUpdate(inOne, whole)
        expect([doc.store.pendingStructs, doc.store.pendingDs]).toEqual([null, null])
        expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(inOne))
      }),
    )
  })

  it('also where the receiver has some of it, and whatever it had waiting', () => {
    fc.assert(
      fc.property(...cases, (steps, partBytes) => {
        const early = written(steps.slice(0, steps.length / 2))
        const late = written(steps)
        Y.applyUpdate(late, Y.encodeStateAsUpdate(early))
        const receiver = new Y.Doc()
        Y.applyUpdate(receiver, Y.encodeStateAsUpdate(early))
        const difference = Y.encodeStateAsUpdate(late, Y.encodeStateVector(receiver))
        // It lost its connection half-way, and is sent all of it again.
        const parts = [...withheldParts(difference, partBytes)]
        for (const part of parts.slice(0, parts.length / 2)) Y.applyUpdate(receiver, part)
        for (const part of parts) Y.applyUpdate(receiver, part)
        expect(receiver.store.pendingStructs).toBeNull()
        expect(receiver.getText('t').toDelta()).toEqual(late.getText('t').toDelta())
      }),
    )
  })

  it('are about as large as they may be', () => {
    const doc = new Y.Doc()
    for (let i = 0; i < 5_000; i++) doc.getText('t').insert(0, `word ${i} `)
    const whole = Y.encodeStateAsUpdate(doc)
    const sizes = [...withheldParts(whole, 10_000)].map(({ byteLength }) => byteLength)
    expect(Math.max(...sizes)).toBeLessThan(10_200)
    expect(sizes.length).toBe(Math.floor(whole.byteLength / 10_000) + 2)
  })
})
