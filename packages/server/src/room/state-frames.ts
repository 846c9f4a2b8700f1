import { encodeSyncStep2, encodeUpdate } from '@weft/protocol'
import { type Frame, frameOf } from './frame.ts'
import type { Replica } from './replica.ts'

/** A replica's state as frames, encoded once for all who join while it stays the same (R7). */
export class StateFrames {
  readonly #replica: Replica
  #whole: { readonly updates: readonly Uint8Array[]; readonly frames: readonly Frame[] } | undefined

  constructor(replica: Replica) {
    this.#replica = replica
  }

  /**
   * What someone lacks.
   *
   * @param stateVector what they have, encoded
   * @throws Error where it is no state vector
   */
  since(stateVector: Uint8Array): Iterable<Frame> {
    const nothing = stateVector.byteLength === 1 && stateVector[0] === 0
    return nothing ? this.#all() : asStep2([this.#replica.difference(stateVector)])
  }

  #all(): readonly Frame[] {
    const updates = this.#replica.state()
    if (this.#whole?.updates !== updates) this.#whole = { updates, frames: [...asStep2(updates)] }
    return this.#whole.frames
  }
}

/** Updates as frames, the last as step 2: a stock client is `synced` when it has that one. */
function* asStep2(updates: Iterable<Uint8Array>): Generator<Frame> {
  let last: Uint8Array | undefined
  for (const update of updates) {
    if (last !== undefined) yield frameOf(encodeUpdate(last))
    last = update
  }
  yield frameOf(encodeSyncStep2(last ?? new Uint8Array([0, 0])))
}
