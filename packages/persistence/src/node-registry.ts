/**
 * The port to the list of the nodes that share a store: who is up, since when, with how much to do. It is for people who run
 * them. Nothing that is saved or sent depends on it, so it may be wrong for as long as a heartbeat lasts.
 *
 * @module
 */

import type { Formats } from './formats.ts'

/** What a node says of itself. */
export interface NodeRecord {
  /** Its name, which no other node bears. */
  readonly id: string
  /** The name of its machine. */
  readonly host: string
  readonly pid?: number
  /** Of Weft. */
  readonly version: string
  /** What it does: `all`, `edge` or `sync`. Another version may know others. */
  readonly role: string
  /** When it started, in milliseconds since 1970 by its own clock. */
  readonly since: number
  /** How many documents it has in memory. */
  readonly documents: number
  readonly connections: number
  /** How many seats are taken in its documents. */
  readonly members: number
  /** `lost` while the store does not take what it appends. */
  readonly store: 'ok' | 'lost'
  readonly formats: Formats
}

/** The nodes that are up. */
export interface NodeRegistry {
  /**
   * Says that a node is up. It has to be said again before its time is over.
   *
   * @param ttl how long it counts as up from now on, in milliseconds: 1 to 3,600,000. The store's clock measures it, not a node's
   * @returns what the node of this name had said last, where its time is not over. If that is not one's own, two nodes bear
   *   one name
   * @throws RangeError for another time; StoreUnavailableError
   */
  announce(node: NodeRecord, ttl: number): Promise<NodeRecord | undefined>

  /** The nodes that are up, by their names. What is no record of a node is left out. @throws StoreUnavailableError */
  list(): Promise<readonly NodeRecord[]>

  /** Says that a node is not up any more; nothing where it was not. @throws StoreUnavailableError */
  withdraw(node: string): Promise<void>
}

/** The longest that a node may ask to count as up, in milliseconds. */
export const maxTtl = 3_600_000

/** @throws RangeError */
export function assertTtl(ttl: number): void {
  if (Number.isInteger(ttl) && ttl >= 1 && ttl <= maxTtl) return
  throw new RangeError(`a node counts as up for 1 to ${maxTtl} whole milliseconds, not ${ttl}`)
}

/** The order in which nodes are listed. */
export function byName(a: NodeRecord, b: NodeRecord): number {
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1
}
