/** How many bytes of presence a room hands to sockets in a millisecond: some percent of a core, and of a fast network. */
const bytesPerMillisecond = 64 * 1024

/** Nobody's caret stands still for longer than this, in milliseconds. */
const longest = 1_000

/** What went out of a room's presence the last time. */
export interface SentPresence {
  readonly at: number
  /** To each member. */
  readonly bytes: number
}

/**
 * When presence may go out next. A state that is newer takes the place of one that waits, so a room whose members show much, or
 * often, gets less of it and not more: what one client shows costs as many times as there are members.
 *
 * @param least milliseconds between two messages
 * @returns milliseconds to wait from now; 0 for none
 */
export function untilNextPresence(last: SentPresence, members: number, least: number, now: number): number {
  const window = Math.min(longest, Math.max(least, (last.bytes * members) / bytesPerMillisecond))
  const wait = last.at + window - now
  return wait < 1 ? 0 : wait
}
