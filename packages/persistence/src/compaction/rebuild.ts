import {
  applyWithWaiting,
  splitUpdate,
  splitWithOutline,
  statePartBytes,
  stateWithoutWaiting,
  type UpdatePart,
  waitingIn,
} from '@weft/protocol'
import * as Y from 'yjs'

/** An update of a log, or a chunk of a checkpoint: that one has no position. */
export interface LoggedUpdate {
  readonly position: number | undefined
  readonly update: Uint8Array
}

/** Yjs cannot read an update that the store holds. */
export class UnreadableUpdateError extends Error {
  override readonly name = 'UnreadableUpdateError'
  readonly position: number | undefined

  constructor(position: number | undefined, options: ErrorOptions) {
    super('Yjs cannot read this update', options)
    this.position = position
  }
}

/**
 * A document made again from its log, in order to be written as one state. It collects garbage: versions for people are
 * stored states, never Yjs snapshots, so nobody needs what was deleted.
 */
export class Rebuild {
  readonly #doc = new Y.Doc({ gc: true })

  /**
   * Applies some more of the log. One transaction for all of them: its cleanup is what costs, not the updates.
   *
   * @throws UnreadableUpdateError
   */
  add(updates: readonly LoggedUpdate[]): void {
    this.#doc.transact(() => {
      for (const { position, update } of updates) {
        try {
          applyWithWaiting(this.#doc, update)
        } catch (cause) {
          throw new UnreadableUpdateError(position, { cause })
        }
      }
    })
  }

  /** The state's vector. What still waits for missing dependencies is not in it. */
  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.#doc)
  }

  /**
   * The state as updates in causal order, then what still waits for missing dependencies (R9). That stays by itself: merged with
   * what is there it would not be what it is for those who heard of both in turn.
   */
  *parts(): Generator<UpdatePart> {
    yield* splitWithOutline(stateWithoutWaiting(this.#doc), statePartBytes)
    const waiting = waitingIn(this.#doc)
    if (waiting === undefined) return
    for (const update of splitUpdate(waiting, statePartBytes)) yield { update, outline: undefined }
  }

  end(): void {
    this.#doc.destroy()
  }
}
