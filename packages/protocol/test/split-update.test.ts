import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { splitUpdate } from '../src/index.ts'

/** What one of several writers does. */
const step = fc.record({
  who: fc.nat(3),
  kind: fc.constantFrom('insert', 'insert', 'insert', 'delete', 'map', 'xml', 'sync'),
  at: fc.nat(1_000),
  text: fc.string({ minLength: 1, maxLength: 30 }),
})

/** A document that four writers made, hearing of each other now and then. */
function written(steps: readonly { who: number; kind: string; at: number; text: string }[]): Y.Doc {
  const docs = [11, 400, 70_000, 5_000_000].map((clientId) => {
    const doc = new Y.Doc()
    doc.clientID = clientId
    return doc
  })
  const sync = (): void => {
    for (const from of docs)
      for (const to of docs) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)))
  }
  for (const { who, kind, at, text } of steps) {
    const doc = docs[who] ?? new Y.Doc()
    const shared = doc.getText('t')
    const xml = doc.getXmlFragment('x')
    if (kind === 'insert') shared.insert(at % (shared.length + 1), text)
    else if (kind === 'delete')
      shared.delete(at % (shared.length + 1), Math.min(5, shared.length - (at % (shared.length + 1))))
    else if (kind === 'map') doc.getMap('m').set(text.slice(0, 2), { text, at })
    else if (kind === 'sync') sync()
    else if (xml.length > 0 && at % 3 === 0) xml.delete(at % xml.length)
    else {
      const element = new Y.XmlElement('p')
      element.insert(0, [new Y.XmlText(text)])
      xml.insert(at % (xml.length + 1), [element])
    }
  }
  sync()
  const [doc] = docs
  return doc ?? new Y.Doc()
}

/** Applies the parts in order, and insists that none of them waits for a later one. */
function applied(parts: Iterable<Uint8Array>, doc: Y.Doc = new Y.Doc()): Y.Doc {
  for (const part of parts) {
    Y.applyUpdate(doc, part)
    expect([doc.store.pendingStructs, doc.store.pendingDs]).toEqual([null, null])
  }
  return doc
}

describe('splitUpdate', () => {
  it('parts apply in order without waiting, and together are the whole', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.integer({ min: 1, max: 400 }), (steps, partBytes) => {
        const whole = Y.encodeStateAsUpdate(written(steps))
        const doc = applied(splitUpdate(whole, partBytes))
        expect(Y.encodeStateAsUpdate(doc)).toEqual(whole)
      }),
      { numRuns: 150 },
    )
  })

  it('a difference whose deletes concern what its receiver has', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 60 }), (before, after) => {
        const old = written(before)
        const doc = new Y.Doc()
        Y.applyUpdate(doc, Y.encodeStateAsUpdate(old))
        const whole = written([...before, ...after])
        const difference = Y.encodeStateAsUpdate(whole, Y.encodeStateVector(doc))
        applied(splitUpdate(difference, 50), doc)
        expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(whole))
      }),
      { numRuns: 80 },
    )
  })

  it('each part carries the deletes of what it inserts', () => {
    const doc = new Y.Doc()
    doc.gc = false
    for (let i = 0; i < 200; i++) doc.getText('t').insert(0, 'twelve chars')
    doc.getText('t').delete(0, 1_200)
    const partial = new Y.Doc()
    const [first = new Uint8Array()] = splitUpdate(Y.encodeStateAsUpdate(doc), 500)
    Y.applyUpdate(partial, first)
    // The oldest insertions come first and were not deleted; had all deletes come last, or first, this would differ.
    expect(partial.store.pendingDs).toBeNull()
    expect(
      applied(splitUpdate(Y.encodeStateAsUpdate(doc), 500))
        .getText('t')
        .toJSON(),
    ).toBe(doc.getText('t').toJSON())
  })

  it('parts are about as large as asked for', () => {
    const doc = new Y.Doc()
    for (let i = 0; i < 5_000; i++) doc.getText('t').insert(0, 'abc')
    const parts = [...splitUpdate(Y.encodeStateAsUpdate(doc), 4_096)]
    expect(parts.length).toBeGreaterThan(10)
    expect(Math.max(...parts.map(({ byteLength }) => byteLength))).toBeLessThan(4_096 + 512)
  })

  it('a single huge string is cut, but never through a surrogate pair', () => {
    const doc = new Y.Doc()
    const text = `x${'😀'.repeat(200_000)}`
    doc.getText('t').insert(0, text)
    const parts = [...splitUpdate(Y.encodeStateAsUpdate(doc), 64 * 1024)]
    expect(parts.length).toBeGreaterThan(3)
    expect(applied(parts).getText('t').toJSON()).toBe(text)
  })

  it('what is small is handed on as it is', () => {
    const update = new Uint8Array([0, 0])
    expect([...splitUpdate(update, 100)]).toEqual([update])
  })

  it('what waits for others is kept', () => {
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    for (let i = 0; i < 100; i++) doc.getText('t').insert(i, 'x')
    const [first = new Uint8Array()] = updates
    const gappy = Y.mergeUpdates(updates.filter((_update, index) => index !== 0 && index !== 50))
    const receiver = new Y.Doc()
    for (const part of splitUpdate(gappy, 100)) Y.applyUpdate(receiver, part)
    Y.applyUpdate(receiver, first)
    Y.applyUpdate(receiver, updates[50] ?? new Uint8Array())
    expect(receiver.getText('t').toJSON()).toBe('x'.repeat(100))
  })

  it('an update with a circle in it, which no client writes, ends all the same', () => {
    const encoder = new Y.UpdateEncoderV1()
    const item = (client: number, other: number): Y.Item =>
      new Y.Item(Y.createID(client, 0), null, Y.createID(other, 0), null, null, null, null, new Y.ContentString('x'))
    encoder.writeLen(2)
    for (const [client, other] of [
      [2, 1],
      [1, 2],
    ] as const) {
      encoder.writeLen(1)
      encoder.writeClient(client)
      encoder.writeLen(0)
      item(client, other).write(encoder, 0)
    }
    encoder.writeLen(0)
    expect([...splitUpdate(encoder.toUint8Array(), 1)].length).toBeGreaterThan(0)
  })
})
