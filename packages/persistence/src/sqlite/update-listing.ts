import type { Performer } from './performer.ts'

/** Has the index by update put right before it is read, where something was appended since it was last. */
export class UpdateListing {
  readonly #writes: Performer
  /** At first there may be what a process left that was killed. */
  #stale = true
  #settling: Promise<void> | undefined

  constructor(writes: Performer) {
    this.#writes = writes
  }

  /** An append is about to be handed to the thread that writes. */
  appending(): void {
    this.#stale = true
  }

  /** Resolves once the index has everything that was appended before the call. @throws StoreUnavailableError */
  async settle(): Promise<void> {
    if (this.#stale) {
      this.#stale = false
      this.#settling = this.#settle()
    }
    await this.#settling
  }

  async #settle(): Promise<void> {
    try {
      while (await this.#writes.decide({ type: 'settle-listing' }, '')) {
        // There are more, and appends have had their turn.
      }
    } catch (error) {
      this.#stale = true
      throw error
    }
  }
}
