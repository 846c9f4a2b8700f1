/**
 * Which of a member's frames are durable (R2). Frames that carry an update are counted in the order in which the member sent
 * them; each waits for the append that was current when it arrived. A frame that was refused is never counted, nor is anything
 * after it: the count is cumulative, so passing over one would claim it.
 */
export class SavedLedger {
  #received = 0
  #refused: number | undefined
  readonly #waiting: { append: number; frames: number }[] = []
  #saved = 0

  /** Counts a frame and returns its number, from 1. */
  receive(): number {
    this.#received++
    return this.#received
  }

  /** Marks a frame as refused. */
  refuse(frame: number): void {
    this.#refused ??= frame
  }

  /** All frames received so far are durable once this append is. */
  await(append: number): void {
    const frames = this.#received
    const last = this.#waiting.at(-1)
    if (last?.append === append) last.frames = frames
    else this.#waiting.push({ append, frames })
  }

  /** Appends up to this one are durable. Returns the new count where it has grown. */
  durable(append: number): number | undefined {
    let frames = this.#saved
    while ((this.#waiting[0]?.append ?? Infinity) <= append) frames = this.#waiting.shift()?.frames ?? frames
    if (this.#refused !== undefined) frames = Math.min(frames, this.#refused - 1)
    if (frames <= this.#saved) return undefined
    this.#saved = frames
    return frames
  }

  /** How many are known to be durable. */
  get saved(): number {
    return this.#saved
  }

  /** How many came and are not known to be durable. */
  get unsaved(): number {
    return this.#received - this.#saved
  }

  /** Whether frames wait for an append. */
  get pending(): boolean {
    return this.#waiting.length > 0
  }
}
