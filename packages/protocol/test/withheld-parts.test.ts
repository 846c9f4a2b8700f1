import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { withheldParts } from '../src/index.ts'
import { type Step, step, write } from './support/writing.ts'

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
