/** Takes as many bytes as are asked for off a stream that comes in pieces of any size. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>
  /** What came and was not taken. */
  #waiting: Uint8Array[] = []
  #offset = 0

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#pieces = bytes[Symbol.asyncIterator]()
  }

  /** How many bytes were taken. */
  get offset(): number {
    return this.#offset
  }

  /** The next bytes; fewer where the stream ends before. */
  async take(count: number): Promise<Buffer> {
    const taken: Uint8Array[] = []
    let missing = count
    while (missing > 0) {
      const piece = this.#waiting.pop() ?? (await this.#next())
      if (piece === undefined) break
      if (piece.byteLength > missing) this.#waiting.push(piece.subarray(missing))
      const part = piece.subarray(0, missing)
      taken.push(part)
      missing -= part.byteLength
    }
    this.#offset += count - missing
    const [only] = taken
    // Most come in one piece, which then need not be copied.
    if (taken.length === 1 && only !== undefined) return Buffer.from(only.buffer, only.byteOffset, only.byteLength)
    return Buffer.concat(taken)
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    this.#waiting = []
    await this.#pieces.return?.()
  }

  async #next(): Promise<Uint8Array | undefined> {
    const next = await this.#pieces.next()
    return next.done === true ? undefined : next.value
  }
}
