import type * as Y from 'yjs'
import type { Patch, Trace } from './trace.ts'

/** The shared type that replays write into. */
export const replayField = 'text'

const astral = /[\u{10000}-\u{10ffff}]/u

/** Applies a transaction's patches to a shared text, as one transaction of its document. */
export type ApplyPatches = (text: Y.Text, patches: readonly Patch[]) => void

/**
 * How a trace's patches are applied. Yjs counts UTF-16 code units and traces count code points. The two differ only where
 * characters beyond the basic plane are in the text, so only a trace that ever writes one pays for converting positions.
 */
export function patchesFor(trace: Trace): ApplyPatches {
  const texts = [trace.startContent, ...trace.transactions.flatMap(({ patches }) => patches.map((patch) => patch[2]))]
  const splice = texts.some((text) => astral.test(text)) ? spliceCodePoints : spliceCodeUnits
  return (text, patches) => {
    const apply = (): void => {
      for (const patch of patches) splice(text, patch)
    }
    if (text.doc === null) throw new Error('a text outside of any document cannot be edited')
    text.doc.transact(apply)
  }
}

/** Where a code point begins, in UTF-16 code units. */
export function codeUnitOffset(text: string, codePoints: number): number {
  let offset = 0
  for (let seen = 0; seen < codePoints && offset < text.length; seen++) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return offset
}

function spliceCodeUnits(text: Y.Text, [position, deleted, inserted]: Patch): void {
  if (deleted > 0) text.delete(position, deleted)
  if (inserted !== '') text.insert(position, inserted)
}

function spliceCodePoints(text: Y.Text, [position, deleted, inserted]: Patch): void {
  const before = text.toJSON()
  const start = codeUnitOffset(before, position)
  const end = start + codeUnitOffset(before.slice(start), deleted)
  spliceCodeUnits(text, [start, end - start, inserted])
}
