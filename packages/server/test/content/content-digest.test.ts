import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { contentDigest } from '../../src/content/content-digest.ts'

/** What somebody does: in which replica, to what, where, and how much. */
const edits = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 6 }), fc.nat(30), fc.integer({ min: 1, max: 4 })),
  { minLength: 1, maxLength: 40 },
)

function edit(doc: Y.Doc, kind: number, at: number, count: number): void {
  const text = doc.getText('text')
  const list = doc.getArray('list')
  const map = doc.getMap('map')
  const index = Math.min(at, text.length)
  // No pair of surrogates: Yjs breaks one for good where it splits it, in that replica alone.
  if (kind === 0) text.insert(index, 'añz'.repeat(count))
  if (kind === 1) text.delete(index, Math.min(count, text.length - index))
  if (kind === 2) text.format(index, Math.min(count, text.length - index), { bold: at % 2 === 0 ? true : null })
  if (kind === 3)
    list.insert(
      Math.min(at, list.length),
      Array.from({ length: count }, (_, n) => ({ n, at, sign: '😀' })),
    )
  if (kind === 4) list.delete(Math.min(at, list.length), Math.min(count, Math.max(0, list.length - at)))
  if (kind === 5) map.set(`key${at % 3}`, new Uint8Array([at, count]))
  if (kind === 6) map.set(`key${at % 3}`, new Y.Map([['deep', new Y.Text('x'.repeat(count))]]))
}

/** Three replicas that were written into and have heard of everything, and each update in the order in which it was made. */
function written(made: readonly (readonly [number, number, number, number])[]): {
  docs: Y.Doc[]
  updates: Uint8Array[]
} {
  const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc({ gc: clientID !== 2 }), { clientID }))
  const updates: Uint8Array[] = []
  for (const doc of docs)
    doc.on('update', (update: Uint8Array, origin: unknown) => void (origin ?? updates.push(update)))
  const exchange = (): void => {
    for (const from of docs)
      for (const to of docs) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)), 'x')
  }
  for (const [step, [replica, kind, at, count]] of made.entries()) {
    const doc = docs[replica]
    if (doc !== undefined) edit(doc, kind, at, count)
    if (step % 5 === 4) exchange()
  }
  exchange()
  return { docs, updates }
}

function holding(...updates: Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

describe('contentDigest', () => {
  it('is the same for all who hold the same, in whatever order, however split, merged or collected', () => {
    fc.assert(
      fc.property(edits, (made) => {
        const { docs, updates } = written(made)
        // Yjs itself deletes formats without a text between them: everyone must have heard of that too.
        const last = docs.map((doc) => Y.encodeStateAsUpdate(doc))
        const all = [
          holding(...updates, ...last),
          holding(...last.toReversed()),
          holding(Y.mergeUpdates([...updates, ...last])),
        ]
        const digests = all.map(contentDigest)
        expect(new Set(digests).size).toBe(1)
        const whole = all.map((doc) => Y.encodeStateAsUpdate(doc))
        for (const doc of docs) for (const update of whole) Y.applyUpdate(doc, update, 'x')
        expect(docs.map(contentDigest)).toEqual([digests[0], digests[0], digests[0]])
      }),
      { numRuns: 200 },
    )
  })

  it('is the same while Yjs holds what it would join in two parts', () => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'abc')
    const whole = contentDigest(doc)
    doc.transact(() => {
      // It formats nothing, and Yjs joins the parts when the transaction ends.
      doc.getText('t').format(1, 1, { bold: null })
      expect([...doc.store.clients.values()].flat().length).toBeGreaterThan(1)
      expect(contentDigest(doc)).toBe(whole)
    })
  })

  it('is another one for other content under the same clocks, another deletion, another place, another key', () => {
    const write = (text: string, then: (doc: Y.Doc) => void = () => {}): string => {
      const doc = Object.assign(new Y.Doc(), { clientID: 1 })
      doc.getText('t').insert(0, text)
      doc.getMap('m').set('a', 1)
      then(doc)
      return contentDigest(doc)
    }
    const digests = [
      write('abc'),
      write('abd'),
      write('abc', (doc) => doc.getText('t').delete(0, 1)),
      write('abc', (doc) => doc.getText('t').delete(1, 1)),
      write('abc', (doc) => doc.getText('t').insert(1, 'x')),
      write('abc', (doc) => doc.getText('t').insert(2, 'x')),
      write('abc', (doc) => doc.getText('u').insert(0, 'x')),
      write('abc', (doc) => doc.getMap('m').set('b', 1)),
      write('abc', (doc) => doc.getMap('m').set('c', 1)),
    ]
    expect(new Set(digests).size).toBe(digests.length)
    expect(write('abc')).toBe(digests[0])
  })
})
