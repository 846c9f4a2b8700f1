import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { joinUpdates } from '../src/index.ts'
import { type Step, step, write } from './support/writing.ts'

/** What a log holds of what several wrote who heard each other at every step, from the one that is told of on. */
function logOf(steps: readonly Step[]): Uint8Array[] {
  const docs = [11, 400, 5_000_000].map((clientId) => {
    const doc = new Y.Doc()
    doc.clientID = clientId
    return doc
  })
  const log: Uint8Array[] = []
  for (const one of steps) {
    const doc = docs[one.who] ?? new Y.Doc()
    const before = Y.encodeStateVector(doc)
    if (one.kind !== 'sync') doc.transact(() => write(doc, one))
    const update = Y.encodeStateAsUpdate(doc, before)
    log.push(update)
    for (const other of docs) if (other !== doc) Y.applyUpdate(other, update)
  }
  return log
}

function docOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = 1
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

function readable(update: Uint8Array): unknown {
  const { structs, ds } = Y.decodeUpdate(update)
  return { structs: structs.map(({ id, length }) => ({ id, length })), ds: [...ds.clients].sort(([a], [b]) => b - a) }
}

const steps = fc.array(step, { minLength: 2, maxLength: 120 })

describe('joinUpdates', () => {
  it('R1: says what Yjs says when it merges them, and what they say one after the other', () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (all, from) => {
        const log = logOf(all)
        const [before, tail] = [log.slice(0, from), log.slice(from)]
        if (tail.length === 0) return
        const joined = joinUpdates(tail)
        if (joined === undefined) throw new Error('not joined')
        expect(readable(joined)).toEqual(readable(Y.mergeUpdates(tail)))
        const state = Y.encodeStateAsUpdate(docOf(log))
        expect(Y.encodeStateAsUpdate(docOf([...before, joined]))).toEqual(state)
        // Yjs merges it as it does its own.
        expect(readable(Y.mergeUpdates([Y.mergeUpdates([...before, joined]), joined]))).toEqual(
          readable(Y.mergeUpdates(log)),
        )
      }),
    )
  })

  const text = (who: number, at: number): Step => ({ who, at, kind: 'text', text: 'word' })
  const log = logOf([text(0, 0), text(0, 1), text(1, 2), text(0, 3)])
  const part = (index: number): Uint8Array => log[index] ?? new Uint8Array()

  it.each([
    ['one is missing in between', [part(0), part(3)]],
    ['something stands in two of them', [part(0), Y.mergeUpdates([part(0), part(1)])]],
    ['they are in another order', [part(1), part(0)]],
    ['one says itself that something is missing', [Y.mergeUpdates([part(0), part(3)]), part(2)]],
    ['one is cut off', [part(0), part(1).subarray(0, -3)]],
    ['one is cut off within a text', [part(0), part(1).subarray(0, 12)]],
    ['one has bytes behind it', [part(0), Buffer.concat([part(1), new Uint8Array([0])])]],
    ['one is no update', [part(0), new Uint8Array([1, 1, 1, 0, 255, 255])]],
  ])('leaves it to Yjs where %s', (_, updates) => {
    expect(joinUpdates(updates)).toBeUndefined()
  })
})
