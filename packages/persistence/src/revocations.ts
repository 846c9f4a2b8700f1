/**
 * The port to the revocations: which tokens do not hold any more, though they have not expired.
 *
 * @module
 */

import type { RevokedTokens } from '@weft/protocol'

/** That tokens were taken back. Times are milliseconds since 1970. */
export interface Revocation {
  /** Random. */
  readonly id: string
  readonly tokens: RevokedTokens
  /** Of a subject, tokens are covered that were issued before. */
  readonly before: number
  /** By then all tokens that it covers have expired. */
  readonly until: number
  /** Who did it. */
  readonly by: string
}

/** Revocations as they stand. `version` changes when one comes. */
export interface RevocationsAt {
  readonly version: string
  readonly revocations: readonly Revocation[]
}

/** The revocations of a store. Nodes that share it ask it again and again, so what has not changed costs nothing. */
export interface Revocations {
  /**
   * Adds one, and lets go of those whose time is over.
   *
   * @throws StoreUnavailableError
   */
  add(revocation: Revocation, now: number): Promise<void>

  /**
   * All whose time is not over; undefined where nothing has come since.
   *
   * @param seen the version that was seen last; undefined for none
   * @throws StoreUnavailableError
   */
  since(seen: string | undefined, now: number): Promise<RevocationsAt | undefined>
}
