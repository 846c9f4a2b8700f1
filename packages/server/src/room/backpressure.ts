import type { Appender } from './appender.ts'
import type { Intake } from './intake.ts'
import type { RoomLimits } from './limits.ts'
import type { Member } from './member.ts'

/** What backpressure looks at. */
export interface BackpressureParts {
  readonly members: ReadonlySet<Member>
  readonly intake: Intake
  readonly appender: Appender
  readonly limits: RoomLimits
  readonly alone: () => boolean
}

/** Stops reading from writers who are faster than the room, or than the store, and goes on when those have caught up. */
export class Backpressure {
  readonly #parts: BackpressureParts
  /** Whether more waits than two turns of the room take. */
  #crowded = false

  constructor(parts: BackpressureParts) {
    this.#parts = parts
  }

  /** An update of a member was taken in. */
  took(member: Member): void {
    const { intake, appender, limits, alone } = this.#parts
    if (intake.waiting > 2 * limits.updatesPerTurn && !alone()) {
      this.#crowded = true
      member.pause()
    }
    const unsaved = intake.bytes + appender.unsavedBytes
    // A store that is merely slower than the writers slows them down; one that is away does not stop them.
    if (!appender.failing && unsaved > limits.unsavedBytesPerDocument / 2) member.pause()
  }

  /** All that was taken in has been sent on. */
  flushed(): void {
    if (!this.#crowded) return
    this.#crowded = false
    this.eased()
  }

  /** The store has taken something, or is known not to. */
  eased(): void {
    const { members, appender, limits } = this.#parts
    if (this.#crowded || (!appender.failing && appender.unsavedBytes > limits.unsavedBytesPerDocument / 4)) return
    for (const member of members) member.resume()
  }
}
