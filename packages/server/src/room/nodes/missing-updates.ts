import type { LoadedDocument } from '@weft/persistence'
import { applyWithWaiting } from '@weft/protocol'
import * as Y from 'yjs'
import { applyUpdates } from '../apply-updates.ts'
import { mergeUpdates } from '../merge-updates.ts'

/**
 * What a state holds that a log lacks, as one update; undefined where it lacks nothing. State vectors would not do: they say
 * nothing of deletions.
 *
 * @param state a whole state, as a v1 update
 * @param pause awaited between parts, so that a large document does not keep others waiting
 */
export async function missingUpdates(
  loaded: LoadedDocument,
  state: Uint8Array,
  pause: () => Promise<void>,
): Promise<Uint8Array | undefined> {
  const doc = new Y.Doc({ gc: true })
  try {
    await applyUpdates(doc, loaded.checkpoint?.chunks ?? [], pause)
    await applyUpdates(
      doc,
      loaded.entries.map(({ update }) => update),
      pause,
    )
    const waiting = waitingBytes(doc)
    const missing: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => missing.push(update))
    applyWithWaiting(doc, state)
    // What waits for other updates changes nothing yet, so no event tells of it: then all of the state goes in.
    if (waitingBytes(doc) > waiting) return state
    return missing.length === 0 ? undefined : mergeUpdates(missing)
  } finally {
    doc.destroy()
  }
}

function waitingBytes({ store: { pendingStructs, pendingDs } }: Y.Doc): number {
  return (pendingStructs?.update.byteLength ?? 0) + (pendingDs?.byteLength ?? 0)
}
