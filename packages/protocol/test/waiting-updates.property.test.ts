import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { applyWithWaiting, stateWithoutWaiting, waitingIn, withoutOverlap } from '../src/index.ts'
import { edits, seedOf, updatesOf } from './support/lying-updates.ts'

/** Which update comes next, and how many before it come with it as one. */
const picks = fc.array(fc.record({ which: fc.nat(), merged: fc.nat(2), cut: fc.nat(12) }), { maxLength: 80 })

describe('R9: updates of clients that use the same clocks for different things', () => {
  it(
    'R9: never make what is applied, stored or replayed unreadable, nor lose what others wrote',
    { timeout: 600_000 },
    () => {
      fc.assert(
        fc.property(edits, picks, (made, order) => {
          const lies = updatesOf(made)
          const honest = honestWriter()
          const live = new Y.Doc()
          const stock = new Y.Doc()
          const log: Uint8Array[] = []
          for (const [index, { which, merged, cut }] of order.entries()) {
            const at = which % lies.length
            const lie = Y.mergeUpdates(lies.slice(Math.max(0, at - merged), at + 1))
            for (const update of [cut === 0 ? lie : Y.diffUpdate(lie, clocks(cut)), honest.next()]) {
              const { changes, logged } = take(live, update)
              log.push(...logged)
              // A client of another make that joined half way, and is sent what has changed since.
              if (index > order.length / 2) for (const change of changes) Y.applyUpdate(stock, change)
            }
            if (index === Math.floor(order.length / 2)) for (const part of stored(live)) Y.applyUpdate(stock, part)
          }
          const replayed = new Y.Doc()
          replayed.transact(() => log.forEach((entry) => expect(applyWithWaiting(replayed, entry)).toBe(false)))
          const reloaded = new Y.Doc()
          for (const part of stored(live)) applyWithWaiting(reloaded, part)

          const known = clocksOf(live)
          expect([clocksOf(replayed), clocksOf(reloaded)]).toEqual([known, known])
          const text = honest.text()
          expect([live, replayed, reloaded].map(textOf)).toEqual([text, text, text])
          if (order.length > 1) expect(textOf(stock)).toBe(text)
        }),
        { numRuns: Number(process.env['WEFT_FUZZ_RUNS'] ?? 300), seed: seedOf() },
      )
    },
  )
})

/** Applies an update as a room does. */
function take(doc: Y.Doc, update: Uint8Array): { changes: Uint8Array[]; logged: Uint8Array[] } {
  const changes: Uint8Array[] = []
  const hear = (change: Uint8Array): number => changes.push(change)
  const before = waitingIn(doc)
  doc.on('update', hear)
  const added = withoutOverlap(doc, update)
  expect(applyWithWaiting(doc, added)).toBe(false)
  doc.off('update', hear)
  const after = waitingIn(doc)
  const waits = after !== undefined && (before === undefined || Buffer.compare(before, after) !== 0)
  return { changes, logged: waits ? [added, ...changes] : changes }
}

/** A document as a checkpoint holds it. */
function stored(doc: Y.Doc): Uint8Array[] {
  const waiting = waitingIn(doc)
  return [stateWithoutWaiting(doc), ...(waiting === undefined ? [] : [waiting])]
}

function clocksOf(doc: Y.Doc): unknown {
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([one], [other]) => one - other)
}

function textOf(doc: Y.Doc): string {
  return doc.getText('honest').toJSON()
}

/** Someone who types and takes something back, with a client id of its own. */
function honestWriter(): { next(): Uint8Array; text(): string } {
  const doc = new Y.Doc()
  doc.clientID = 9
  let last: Uint8Array = new Uint8Array([0, 0])
  doc.on('update', (update: Uint8Array) => (last = update))
  let count = 0
  const text = doc.getText('honest')
  return {
    next: () => {
      if (count++ % 4 === 3) text.delete(0, 2)
      else text.insert(text.length >> 1, `word ${count}`)
      return last
    },
    text: () => text.toJSON(),
  }
}

function clocks(cut: number): Uint8Array {
  return Uint8Array.from([1, 1 + (cut % 3), cut * 2])
}
