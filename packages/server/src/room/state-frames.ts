import { encodeSyncStep2, encodeUpdate, withheldParts } from '@weft/protocol'
import { type Frame, frameOf } from './frame.ts'
import type { Replica } from './replica.ts'

/** A replica's state as frames, encoded once for all who join while it stays the same (R7). */
export class StateFrames {
  readonly #replica: Replica
  readonly #partBytes: number
  #whole: { readonly updates: readonly Uint8Array[]; readonly frames: readonly Frame[] } | undefined

  /** @param partBytes about how large a part may be, in bytes, of what is sent slowly */
  constructor(replica: Replica, partBytes: number) {
    this.#replica = replica
    this.#partBytes = partBytes
  }

  /**
   * What someone lacks.
   *
   * @param stateVector what they have, encoded
   * @param slowly whether what is large comes in parts, of which none takes effect before the last; each is made when it is its turn
   * @throws Error where it is no state vector
   */
  since(stateVector: Uint8Array, slowly: boolean): Iterable<Frame> {
    const nothing = stateVector.byteLength === 1 && stateVector[0] === 0
    if (nothing && !slowly) return this.#all()
    const updates = nothing ? this.#replica.state() : [this.#replica.difference(stateVector)]
    return asStep2(slowly ? partsOf(updates, this.#partBytes) : updates)
  }

  #all(): readonly Frame[] {
    const updates = this.#replica.state()
    if (this.#whole?.updates !== updates) this.#whole = { updates, frames: [...asStep2(updates)] }
    return this.#whole.frames
  }
}

function* partsOf(updates: Iterable<Uint8Array>, partBytes: number): Generator<Uint8Array> {
  for (const update of updates) yield* withheldParts(update, partBytes)
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
