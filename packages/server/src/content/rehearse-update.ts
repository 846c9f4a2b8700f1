import { applyAsItIs } from '@weft/protocol'
import type * as Y from 'yjs'
import { isSound } from '../room/sound-update.ts'

/** Why an update cannot be written as a whole. */
export class UnusableUpdateError extends Error {
  override readonly name = 'UnusableUpdateError'
  readonly kind: 'malformed' | 'missing-dependencies'

  constructor(kind: UnusableUpdateError['kind'], text: string) {
    super(text)
    this.kind = kind
  }
}

/**
 * Applies an update to a copy of the document, so that one which would be applied in part, or would wait for others, never
 * reaches the document itself.
 *
 * @throws UnusableUpdateError
 */
export function rehearseUpdate(doc: Y.Doc, update: Uint8Array): void {
  if (!isSound(update)) throw new UnusableUpdateError('malformed', 'the body is no Yjs v1 update')
  const before = waitingBytes(doc)
  try {
    applyAsItIs(doc, update)
  } catch {
    throw new UnusableUpdateError('malformed', 'the update cannot be applied to this document')
  }
  if (waitingBytes(doc) > before) {
    const text = 'the update builds on changes that the document does not have: send all that it lacks, in one update'
    throw new UnusableUpdateError('missing-dependencies', text)
  }
}

function waitingBytes({ store: { pendingStructs, pendingDs } }: Y.Doc): number {
  return (pendingStructs?.update.byteLength ?? 0) + (pendingDs?.byteLength ?? 0)
}
