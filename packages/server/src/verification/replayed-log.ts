import { CorruptRecordError, type DocumentLog, type LoadedDocument, type Place } from '@weft/persistence'
import type { Verification } from '@weft/protocol/http'
import type { ContentThread } from '../content/content-thread.ts'
import { readDigests, type StateDigest } from '../content/state-digests.ts'
import { clocksOf, difference } from './clocks.ts'

/** A log that was replayed. */
export interface ReplayedLog {
  readonly log: Verification['log']
  readonly checkpoint: Verification['checkpoint']
  /** Where it ends; undefined where it cannot be replayed. */
  readonly head: Place | undefined
  /** What it holds at its end, at its checkpoint and at the positions asked for, as far as it goes back to them. */
  readonly at: ReadonlyMap<number, StateDigest>
}

/**
 * Reads a document's log and replays it, in a thread.
 *
 * @param positions where it is to be compared
 * @throws StoreError but CorruptRecordError, which is what there is to tell; ContentError
 */
export async function replayLog(
  document: string,
  positions: readonly number[],
  log: Pick<DocumentLog, 'load'>,
  thread: Pick<ContentThread, 'run'>,
): Promise<ReplayedLog> {
  let loaded: LoadedDocument
  try {
    loaded = await log.load(document)
  } catch (error) {
    if (error instanceof CorruptRecordError) return unreadable(error.message)
    throw error
  }
  const { head, checkpoint, entries } = loaded
  const chunks = checkpoint?.chunks ?? []
  const first = checkpoint?.place.position ?? 0
  const wanted = new Set([first, ...positions, head.position])
  const after = [...wanted]
    .filter((position) => position >= first && position <= head.position)
    .toSorted((a, b) => a - b)
  const bytes = await thread.run([...chunks, ...entries.map(({ update }) => update)], {
    type: 'digest',
    after: after.map((position) => chunks.length + position - first),
  })
  const { digests, unreadable: index } = readDigests(bytes)
  if (index !== undefined) return unreadable(`Yjs cannot read ${nameOf(index, chunks.length, first)}`)
  const at = new Map(digests.map((digest) => [first + digest.after - chunks.length, digest]))
  return {
    log: { position: head.position, entries: entries.length, detail: null },
    checkpoint: checkpoint === undefined ? null : judged(checkpoint, at.get(first)),
    head,
    at,
  }
}

function judged(
  { place: { position }, stateVector }: NonNullable<LoadedDocument['checkpoint']>,
  replayed: StateDigest | undefined,
): NonNullable<Verification['checkpoint']> {
  const holds = clocksOf(Buffer.from(replayed?.stateVector ?? 'AA==', 'base64'))
  const detail = difference(holds, clocksOf(stateVector), 'its header says')
  return { position, outcome: detail === undefined ? 'agrees' : 'differs', detail: detail ?? null }
}

function nameOf(index: number, chunks: number, first: number): string {
  return index < chunks ? `chunk ${index} of the checkpoint` : `the entry at position ${first + 1 + index - chunks}`
}

function unreadable(detail: string): ReplayedLog {
  return { log: { position: null, entries: null, detail }, checkpoint: null, head: undefined, at: new Map() }
}
