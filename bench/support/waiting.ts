/** How long anything here may take before it counts as failed. */
const patience = 30_000

/** Waits for conditions that are looked at again whenever something has happened. */
export class Waiting {
  readonly #waiters = new Set<() => void>()

  /** Something has happened. */
  notify(): void {
    for (const look of this.#waiters) look()
  }

  /**
   * Resolves once a condition holds.
   *
   * @param what completes "waited half a minute ..."
   * @throws Error where it does not come to hold, or what the condition itself throws
   */
  until(what: string, condition: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      this.#waiters.delete(look)
      settle()
    }
    const look = (): void => {
      try {
        if (condition()) end(resolve)
      } catch (error) {
        end(() => reject(error instanceof Error ? error : new Error(String(error))))
      }
    }
    const timer = setTimeout(() => end(() => reject(new Error(`waited half a minute ${what}`))), patience)
    this.#waiters.add(look)
    look()
    return promise
  }
}
