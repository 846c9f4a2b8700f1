import type { RefusalKind } from '@weft/protocol'

/**
 * Where a document stands, as one of a closed set of states. `unsaved` is in all of them: how many local changes the
 * server has not yet called saved. It never says 0 while something is unsaved, with one reservation: what an earlier
 * session left unsaved is only known once the local copy was read (`loaded`).
 */
export type DocumentState =
  /** The first attempt, or another one right now. */
  | { readonly status: 'connecting'; readonly unsaved: number }
  /** The connection stands and the server's state is still arriving. */
  | { readonly status: 'syncing'; readonly unsaved: number }
  /** In sync. With `unsaved: 0` everything is saved. */
  | { readonly status: 'live'; readonly unsaved: number }
  /**
   * No connection. `retryAt` is when the next attempt begins, in milliseconds since 1970; undefined where none is
   * planned, which is so only after `close()`. What `unsaved` counts is kept on this device where `offlineCopy` is
   * `kept`, and otherwise only in this page's memory.
   */
  | { readonly status: 'offline'; readonly unsaved: number; readonly retryAt: number | undefined }
  /** The server said no, and coming back by itself would not help. `reason` is a sentence for people. */
  | { readonly status: 'refused'; readonly unsaved: number; readonly kind: RefusalKind; readonly reason: string }

/** Whether two states say the same. */
export function sameState(a: DocumentState, b: DocumentState): boolean {
  if (a.unsaved !== b.unsaved) return false
  if (a.status === 'offline') return b.status === 'offline' && a.retryAt === b.retryAt
  if (a.status === 'refused') return b.status === 'refused' && a.kind === b.kind && a.reason === b.reason
  return a.status === b.status
}
