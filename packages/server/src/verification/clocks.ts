import * as Y from 'yjs'

/** How much is had of each client: a state vector, decoded. */
export type Clocks = ReadonlyMap<number, number>

/** A state vector's clocks. What is none has none. */
export function clocksOf(stateVector: Uint8Array): Clocks {
  try {
    return Y.decodeStateVector(stateVector)
  } catch {
    return new Map()
  }
}

/** How many changes one has that another lacks. */
export function surplus(of: Clocks, over: Clocks): number {
  let count = 0
  for (const [client, clock] of of) count += Math.max(0, clock - (over.get(client) ?? 0))
  return count
}

/**
 * How what is held differs from what should be, for people; undefined where it does not.
 *
 * @param source what says what should be, and its verb: `the log has`
 */
export function difference(held: Clocks, due: Clocks, source: string): string | undefined {
  const missing = surplus(due, held)
  const more = surplus(held, due)
  const parts = [
    ...(missing > 0 ? [`lacks ${changes(missing)} that ${source}`] : []),
    ...(more > 0 ? [`has ${changes(more)} beyond what ${source}`] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(' and ')
}

function changes(count: number): string {
  return count === 1 ? 'one change' : `${count} changes`
}
