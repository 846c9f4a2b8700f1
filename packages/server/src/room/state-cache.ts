import { mergeUpdates } from './merge-updates.ts'

/** A tail of up to so many bytes is worth no new encoding; a whole state of up to so many is sent as one update. */
const smallTailBytes = 64 * 1024

const emptyUpdate = new Uint8Array([0, 0])

/**
 * The encoded state of a document: a base that stays as it is, and what came since. However many clients join at once, they
 * share one encoding; a document that is written to is encoded anew only when the tail has grown to half of it, so that the
 * cost per byte written stays the same as it grows.
 *
 * The base is one update, and no part of it takes effect alone: a stock client that applies formats before the text between
 * them deletes the formats, for everyone.
 */
export class StateCache {
  #base: Uint8Array | undefined
  #baseBytes: number
  #tail: Uint8Array[]
  #tailBytes: number
  #waiting: Uint8Array | undefined
  #state: readonly Uint8Array[] | undefined

  /**
   * @param chunks the checkpoint's
   * @param tail what has changed since
   * @param base the chunks as one update, where there is one
   */
  constructor(chunks: readonly Uint8Array[], tail: readonly Uint8Array[], base?: Uint8Array) {
    this.#base = base
    this.#baseBytes = sum(chunks)
    this.#tail = [...tail]
    this.#tailBytes = sum(tail)
  }

  /** The size of the state in bytes, or somewhat more. */
  get bytes(): number {
    return this.#baseBytes + this.#tailBytes
  }

  add(update: Uint8Array): void {
    this.#tail.push(update)
    this.#tailBytes += update.byteLength
    this.#state = undefined
    if (this.#tail.length >= 500) this.#tail = [mergeUpdates(this.#tail)]
  }

  /**
   * The base, and what came since where there is any, and what waits for other updates.
   *
   * @param encode the whole state, made anew, without what waits
   */
  state(encode: () => Uint8Array, waiting: Uint8Array | undefined): readonly Uint8Array[] {
    if (this.#state !== undefined && this.#waiting === waiting) return this.#state
    const outgrown = this.#tailBytes > Math.max(smallTailBytes, this.#baseBytes / 2)
    const base = this.#base === undefined || outgrown ? this.renew(encode) : this.#base
    const state = this.#withTail(base)
    this.#state = waiting === undefined ? state : [...state, waiting]
    this.#waiting = waiting
    return this.#state
  }

  /** What came since a base, as one update, for those who were sent that base; undefined where it is another one by now. */
  since(base: Uint8Array): Uint8Array | undefined {
    if (base !== this.#base) return undefined
    if (this.#tail.length > 1) this.#tail = [mergeUpdates(this.#tail)]
    return this.#tail[0] ?? emptyUpdate
  }

  /** Encodes the state anew, unless nothing has come since it was encoded. */
  renew(encode: () => Uint8Array): Uint8Array {
    if (this.#tail.length === 0 && this.#base !== undefined) return this.#base
    this.#base = encode()
    this.#baseBytes = this.#base.byteLength
    this.#tail = []
    this.#tailBytes = 0
    this.#state = undefined
    return this.#base
  }

  #withTail(base: Uint8Array): readonly Uint8Array[] {
    if (this.#tail.length === 0) return [base]
    if (this.bytes <= smallTailBytes) return [mergeUpdates([base, ...this.#tail])]
    return [base, mergeUpdates(this.#tail)]
  }
}

function sum(updates: readonly Uint8Array[]): number {
  return updates.reduce((bytes, update) => bytes + update.byteLength, 0)
}
