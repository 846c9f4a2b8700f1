/** What a message costs for each member, and each byte of it, in milliseconds: the system call of the write, and the copies. */
const callCost = 0.005
const byteCost = 0.000_001

/** A caret and a name are a few hundred bytes. What a state has beyond this many, a client that shows far too much pays for, some times over. */
const ordinaryBytes = 1024
const excessWeight = 4

/** How much of a core's time a room may spend on presence. */
const share = 0.2

/** How long it may take to tell everyone, in milliseconds: whatever comes meanwhile waits for it. */
const longestSending = 10

/** As many bytes cost as much as the call: smaller messages would make it mostly calls, however many members there are. */
const leastBytes = callCost / byteCost

/** What states of so many bytes weigh together, in bytes. */
export function weightOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, bytes) => sum + bytes + Math.max(0, bytes - ordinaryBytes) * (excessWeight - 1), 0)
}

/** How many bytes of presence may go out to so many members at once. */
export function presenceBytesAtOnce(members: number): number {
  return Math.max(leastBytes, (longestSending / members - callCost) / byteCost)
}

/**
 * When presence may go out next. A room spends a share of a core on it and no more: what one client shows costs as many times as
 * there are members. What waits meanwhile is overtaken by what is newer.
 */
export class PresencePace {
  #last = -Infinity
  /** When the room's share has paid for all that went out. */
  #paid = -Infinity

  /** When something last went out. */
  get last(): number {
    return this.#last
  }

  /** States of that weight went to each of so many members. */
  sent(now: number, members: number, weight: number): void {
    this.#last = now
    this.#paid = Math.max(now, this.#paid) + (members * weight * byteCost) / share
  }

  /**
   * Milliseconds to wait from now; 0 for none.
   *
   * @param earliest in milliseconds since 1970, whatever the share allows
   */
  until(now: number, members: number, earliest: number): number {
    return waitUntil(Math.max(this.#paid + (members * callCost) / share, earliest), now)
  }

  /** The same for what goes along with an edit, in the same write: its call is paid for. */
  untilAlong(now: number, earliest: number): number {
    return waitUntil(Math.max(this.#paid, earliest), now)
  }
}

/** Timers are no finer than a millisecond. */
function waitUntil(due: number, now: number): number {
  return due - now < 1 ? 0 : due - now
}
