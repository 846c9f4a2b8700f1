/** A number of bytes that several parts add to and take from. */
export class ByteCount {
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** @param bytes negative where some have gone */
  add(bytes: number): void {
    this.#bytes += bytes
  }
}
