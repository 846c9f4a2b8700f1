import type { Place } from '@weft/persistence'
import type { Verification } from '@weft/protocol/http'
import type { ReplicaOfNode } from '../nodes/questions.ts'
import { type Clocks, clocksOf, difference, surplus } from './clocks.ts'
import type { ReplayedLog } from './replayed-log.ts'

/** A replica's part of a verification, but its node. */
export type Judgement = Omit<Verification['replicas'][number], 'node'>

/**
 * Whether a replica holds what the log does at the replica's own place.
 *
 * @param before where the log ended before the replica was asked
 * @param replay the log as it was afterwards
 */
export function judgeReplica(replica: ReplicaOfNode, before: Place, replay: ReplayedLog): Judgement {
  const { place, unsavedBytes } = replica
  const [outcome, detail] = verdict(replica, before, replay)
  return { outcome, position: place.position, unsavedBytes, detail }
}

function verdict(
  { place, unsavedBytes, state, coherent }: ReplicaOfNode,
  before: Place,
  { head, at }: ReplayedLog,
): [outcome: Judgement['outcome'], detail: string | null] {
  if (state === undefined) return ['differs', 'what it sends newcomers cannot be read']
  if (!coherent) return ['differs', 'what it sends newcomers is not what it has']
  if (head === undefined) return ['unclear', 'there is no log that it could be compared with']
  if (place.epoch !== head.epoch) return ['differs', 'it is in another life of the log']
  if (place.position > head.position) return ['differs', `the log has lost what was after position ${head.position}`]
  if (place.epoch === before.epoch && place.position < before.position) {
    return ['differs', `it has not heard of what is in the log up to position ${before.position}`]
  }
  const due = at.get(place.position)
  if (due === undefined) return ['unclear', 'a checkpoint has replaced the log at its position']
  if (due.digest === state.digest) return unsavedBytes === 0 ? ['agrees', null] : ['unsaved', null]
  const held = clocks(state.stateVector)
  const lacks = surplus(clocks(due.stateVector), held)
  if (unsavedBytes > 0 && lacks === 0) return ['unsaved', null]
  // Its own appends can be ahead of its place for a moment, while it hears those of others.
  const moved =
    head.position !== before.position && surplus(held, clocks(at.get(head.position)?.stateVector ?? '')) === 0
  if (moved && lacks === 0) return ['unclear', 'it was edited meanwhile']
  return ['differs', difference(held, clocks(due.stateVector), 'the log has') ?? 'it has other content than the log']
}

function clocks(base64: string): Clocks {
  return clocksOf(Buffer.from(base64, 'base64'))
}
