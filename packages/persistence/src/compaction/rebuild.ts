import { applyAsItIs, splitWithOutline, statePartBytes, type UpdatePart } from '@weft/protocol'
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
          applyAsItIs(this.#doc, update)
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

  /** The state as updates in causal order, with what still waits for missing dependencies (R9). */
  parts(): Generator<UpdatePart> {
    return splitWithOutline(Y.encodeStateAsUpdate(this.#doc), statePartBytes)
  }

  end(): void {
    this.#doc.destroy()
  }
}
