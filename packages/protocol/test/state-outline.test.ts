import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import {
  decodeOutline,
  encodeOutline,
  type PartOutline,
  splitWithOutline,
  StateAssembly,
  type UpdatePart,
} from '../src/index.ts'

/** A document that several people wrote in turn, and from which some of it was deleted again. */
function writtenTogether(people: number, turns: number): Y.Doc {
  const doc = new Y.Doc()
  const text = doc.getText('t')
  const map = doc.getMap<number>('m')
  for (let turn = 0; turn < turns; turn++) {
    doc.clientID = 1_000 + 77 * ((turn * 7) % people)
    text.insert((turn * 31) % (text.length + 1), `turn ${turn}, `)
    map.set(`key ${turn % 10}`, turn)
    if (turn % 3 === 0) text.delete((turn * 13) % (text.length - 2), 2)
  }
  return doc
}

function outlinesOf(parts: readonly UpdatePart[]): PartOutline[] {
  return parts.flatMap(({ outline }) => (outline === undefined ? [] : [outline]))
}

function assemble(parts: readonly UpdatePart[]): { readonly given: number[]; readonly whole: Uint8Array } {
  const assembly = new StateAssembly(outlinesOf(parts))
  const pieces = parts.map(({ update }) => Buffer.concat(assembly.add(update)))
  expect(assembly.complete).toBe(true)
  const whole = Buffer.concat(pieces)
  expect(whole.byteLength).toBe(assembly.length)
  return { given: pieces.map(({ byteLength }) => byteLength), whole }
}

describe('the outline of a state', () => {
  it.each([1, 2, 9])('puts the parts of what %i people wrote together into one update of the same state', (people) => {
    const doc = writtenTogether(people, 600)
    const state = Y.encodeStateAsUpdate(doc)
    const parts = [...splitWithOutline(state, 1_024)]
    expect(parts.length).toBeGreaterThan(8)
    const { whole } = assemble(parts)
    const reader = new Y.Doc()
    Y.applyUpdate(reader, whole)
    expect(Y.encodeStateAsUpdate(reader)).toEqual(Y.encodeStateAsUpdate(doc))
    expect(reader.getText('t').toJSON()).toBe(doc.getText('t').toJSON())
    // Yjs reads and merges it as it does its own.
    expect(Y.mergeUpdates([whole, state])).toEqual(Y.mergeUpdates([state, state]))
    expect(Y.encodeStateVectorFromUpdate(whole)).toEqual(Y.encodeStateVectorFromUpdate(state))
  })

  it('gives out the beginning with the first part, however many follow', () => {
    const { given } = assemble([...splitWithOutline(Y.encodeStateAsUpdate(writtenTogether(3, 600)), 1_024)])
    expect(given[0]).toBeGreaterThan(0)
  })

  it('survives being written down', () => {
    const outlines = outlinesOf([...splitWithOutline(Y.encodeStateAsUpdate(writtenTogether(4, 200)), 500)])
    expect(outlines.length).toBeGreaterThan(3)
    expect(decodeOutline(encodeOutline(outlines))).toEqual(outlines)
  })

  it('is not taken from bytes that are none, nor used with other parts', () => {
    const outlines = outlinesOf([...splitWithOutline(Y.encodeStateAsUpdate(writtenTogether(2, 200)), 500)])
    const bytes = encodeOutline(outlines)
    expect(() => decodeOutline(bytes.subarray(0, -1))).toThrow(RangeError)
    expect(() => decodeOutline(Uint8Array.from([...bytes, 0]))).toThrow(RangeError)
    expect(() => new StateAssembly(outlines).add(new Uint8Array(7))).toThrow(RangeError)
  })

  it('is not made where a part deletes what the update does not hold', () => {
    const doc = writtenTogether(1, 300)
    const before = Y.encodeStateVector(doc)
    doc.getText('t').delete(0, 5)
    doc.getText('t').insert(0, 'x'.repeat(2_000))
    const parts = [...splitWithOutline(Y.encodeStateAsUpdate(doc, before), 500)]
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.some(({ outline }) => outline === undefined)).toBe(true)
  })
})
