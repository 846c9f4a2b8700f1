import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { applyAsItIs, readPlainEdit } from '../src/index.ts'
import { edits, seedOf, updatesOf } from './support/lying-updates.ts'

/** Which update comes next, and which of its bytes is changed to what, if any. */
const picks = fc.array(fc.record({ which: fc.nat(), at: fc.nat(), to: fc.option(fc.nat(255)) }), { maxLength: 80 })

describe('R9: an update that is called a plain edit', () => {
  it('R9: is taken whole by Yjs, whatever bytes it has, and changes what it says it does', { timeout: 600_000 }, () => {
    let plain = 0
    fc.assert(
      fc.property(edits, picks, (made, order) => {
        const updates = updatesOf(made)
        const doc = new Y.Doc()
        const together = new Y.Doc()
        const taken: Uint8Array[] = []
        for (const { which, at, to } of order) {
          const update = changed(updates[which % updates.length], at, to)
          const edit = readPlainEdit(update, (client) => Y.getState(doc.store, client))
          if (edit === undefined) continue
          plain++
          const clocks = clocksOf(doc)
          applyAsItIs(doc, update)
          taken.push(update)
          if (edit.client !== undefined) clocks.set(edit.client, edit.clock)
          expect(clocksOf(doc)).toEqual(clocks)
          expect([doc.store.pendingStructs, doc.store.pendingDs]).toEqual([null, null])
        }
        together.transact(() => taken.forEach((update) => applyAsItIs(together, update)))
        expect(clocksOf(together)).toEqual(clocksOf(doc))
        expect(contentOf(together)).toEqual(contentOf(doc))
        // Whoever is given the state agrees with whoever was given the edits.
        const joined = new Y.Doc()
        Y.applyUpdate(joined, Y.encodeStateAsUpdate(together))
        expect(contentOf(joined)).toEqual(contentOf(doc))
      }),
      { numRuns: Number(process.env['WEFT_FUZZ_RUNS'] ?? 500), seed: seedOf() },
    )
    expect(plain).toBeGreaterThan(100)
  })
})

function changed(update: Uint8Array = new Uint8Array(), at: number, to: number | null): Uint8Array {
  return to === null ? update : update.with(at % update.byteLength, to)
}

function clocksOf(doc: Y.Doc): Map<number, number> {
  return Y.decodeStateVector(Y.encodeStateVector(doc))
}

function contentOf(doc: Y.Doc): unknown {
  return [doc.getText('t').toDelta(), doc.getText('honest').toDelta()]
}
