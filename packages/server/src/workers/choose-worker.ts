/** A worker that can be given a connection. */
export interface Candidate {
  /** From 1. */
  readonly number: number
  /** How many connections it has. */
  readonly connections: number
  /** How many it was given and has not taken yet. */
  readonly untaken: number
}

/** How far a worker may be above the average before what would be its share goes elsewhere: a factor, and so many connections. */
const above = { factor: 1.25, connections: 50 }

/** A worker that leaves so many connections untaken is stuck. */
const stuck = 100

/**
 * Chooses who gets a connection. People of one document go to one worker: it is then in one memory, and its edits need no relay.
 * Where that worker has more than its share, because the document is a crowded one, they go to the next one in the document's own
 * order (rendezvous hashing with bounded loads, Mirrokni and others 2016). What belongs to no document goes to who has least.
 *
 * @param document undefined where it is about none
 * @returns undefined where there is no candidate
 */
export function chooseWorker<T extends Candidate>(
  candidates: readonly T[],
  document: string | undefined,
): T | undefined {
  const awake = candidates.filter(({ untaken }) => untaken < stuck)
  if (awake.length === 0) return leastOf(candidates, (candidate) => candidate.untaken)
  const total = awake.reduce((sum, { connections }) => sum + connections, 0)
  const most = (above.factor * total) / awake.length + above.connections
  const free = awake.filter(({ connections }) => connections < most)
  if (document === undefined) return leastOf(free, (candidate) => candidate.connections)
  return leastOf(free, (candidate) => rank(candidate.number, document))
}

function leastOf<T>(items: readonly T[], value: (item: T) => number): T | undefined {
  let least: T | undefined
  for (const item of items) if (least === undefined || value(item) < value(least)) least = item
  return least
}

/** A number that depends on both evenly: FNV-1a, and the last steps of MurmurHash3. */
function rank(worker: number, document: string): number {
  let hash = 0x811c9dc5
  for (const character of `${worker} ${document}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
