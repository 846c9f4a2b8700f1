/** How hard pressed a node is, as those see it who can ease it: rooms by what they put off, the sync tier by whom it lets in. */
export interface Pressure {
  /** Milliseconds that must at least lie between two messages of presence of a room; 0 at ease. */
  readonly presenceInterval: number
  /** How many times as long as at ease a busy room gathers before it flushes. */
  readonly flushWidening: number
  /** In how many milliseconds one more client should come back; undefined where it may join now. Each call is a client. */
  turnAway(): number | undefined
}
