import { mergeUpdates } from './merge-updates.ts'

/**
 * The updates of a member that has sent something which waits for other updates (R9). Each such update makes Yjs merge it
 * with all that waits already, so applying them one by one would take time that grows with the square of their number
 * (20,000 tiny ones block the loop for 14.6 s). They are logged as they come and held here unapplied until there are about as
 * many bytes as were tried before, or until what they wait for is there.
 *
 * A stock client that types while its offline edits are still on their way is in this state for a moment.
 */
export class HeldFrames {
  #held: Uint8Array[] = []
  #heldBytes = 0
  #triedBytes: number

  /** @param firstBytes size of the update that was applied and found to wait */
  constructor(firstBytes: number) {
    this.#triedBytes = firstBytes
  }

  hold(update: Uint8Array): void {
    this.#held.push(update)
    this.#heldBytes += update.byteLength
  }

  /** All bytes that came since the member began to wait. */
  get bytes(): number {
    return this.#triedBytes + this.#heldBytes
  }

  /** Whether trying again is worth what it costs. */
  get due(): boolean {
    return this.#heldBytes >= this.#triedBytes
  }

  /** All that is held, as one update to apply; undefined where there is nothing. */
  take(): Uint8Array | undefined {
    if (this.#held.length === 0) return undefined
    const merged = mergeUpdates(this.#held)
    this.#held = []
    this.#triedBytes += this.#heldBytes
    this.#heldBytes = 0
    return merged
  }
}
