import { applyWithWaiting } from '@weft/protocol'
import type * as Y from 'yjs'

/** Applying this much takes a few milliseconds. */
const bytesBetweenPauses = 256 * 1024
const updatesBetweenPauses = 500

/**
 * Applies updates of a log, in order, many in one transaction: its cleanup is what costs. They are not merged first: one that waits
 * for others may contradict what came later and is in the document since.
 *
 * @param pause awaited between parts, so that a large document does not keep others waiting
 * @returns whether some of what waited was let go
 * @throws Error where one of them cannot be read
 */
export async function applyUpdates(
  doc: Y.Doc,
  updates: Iterable<Uint8Array>,
  pause: () => Promise<void>,
): Promise<boolean> {
  let letGo = false
  let first = true
  for (const group of groupsOf(updates)) {
    if (!first) await pause()
    first = false
    if (applyGroup(doc, group)) letGo = true
  }
  return letGo
}

/** Applies updates of a log as one transaction. @returns whether some of what waited was let go */
export function applyGroup(doc: Y.Doc, updates: readonly Uint8Array[]): boolean {
  let letGo = false
  doc.transact(() => {
    for (const update of updates) if (applyWithWaiting(doc, update)) letGo = true
  })
  return letGo
}

function* groupsOf(updates: Iterable<Uint8Array>): Generator<Uint8Array[]> {
  let group: Uint8Array[] = []
  let bytes = 0
  for (const update of updates) {
    group.push(update)
    bytes += update.byteLength
    if (bytes < bytesBetweenPauses && group.length < updatesBetweenPauses) continue
    yield group
    group = []
    bytes = 0
  }
  if (group.length > 0) yield group
}
