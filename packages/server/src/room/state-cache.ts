import { mergeUpdates } from './merge-updates.ts'

/** A tail of up to so many bytes is worth no new encoding; a whole state of up to so many is sent as one update. */
const smallTailBytes = 64 * 1024

/**
 * The encoded state of a document: parts that stay as they are, and what came since. However many clients join at once, they
 * share one encoding; a document that is written to is encoded anew only when the tail has grown to half of it, so that the
 * cost per byte written stays the same as it grows.
 */
export class StateCache {
  #parts: readonly Uint8Array[]
  #partsBytes: number
  #tail: Uint8Array[]
  #tailBytes: number
  #state: readonly Uint8Array[] | undefined

  constructor(parts: readonly Uint8Array[], tail: readonly Uint8Array[]) {
    this.#parts = parts
    this.#partsBytes = sum(parts)
    this.#tail = [...tail]
    this.#tailBytes = sum(tail)
  }

  /** The size of the state in bytes, or somewhat more. */
  get bytes(): number {
    return this.#partsBytes + this.#tailBytes
  }

  add(update: Uint8Array): void {
    this.#tail.push(update)
    this.#tailBytes += update.byteLength
    this.#state = undefined
    if (this.#tail.length >= 500) this.#tail = [mergeUpdates(this.#tail)]
  }

  /** @param encode the parts of the whole state, made anew */
  state(encode: () => Iterable<Uint8Array>): readonly Uint8Array[] {
    if (this.bytes === 0 || this.#tailBytes > Math.max(smallTailBytes, this.#partsBytes / 2)) this.renew(encode)
    this.#state ??= this.#assemble()
    return this.#state
  }

  #assemble(): readonly Uint8Array[] {
    if (this.#tail.length === 0) return this.#parts
    // What is small goes out as one.
    if (this.bytes <= smallTailBytes) return [mergeUpdates([...this.#parts, ...this.#tail])]
    return [...this.#parts, mergeUpdates(this.#tail)]
  }

  /** Encodes the state anew, unless nothing has come since it was encoded. */
  renew(encode: () => Iterable<Uint8Array>): void {
    if (this.#tail.length === 0 && this.#partsBytes > 0) return
    this.#parts = [...encode()]
    this.#partsBytes = sum(this.#parts)
    this.#tail = []
    this.#tailBytes = 0
    this.#state = undefined
  }
}

function sum(updates: readonly Uint8Array[]): number {
  return updates.reduce((bytes, update) => bytes + update.byteLength, 0)
}
