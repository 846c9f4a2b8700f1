/** Hears each whole message; the bytes are only good until it returns. `opcode` is 8 for a close, 9 for a ping. */
export type FrameListener = (payload: Buffer, opcode: number) => void

/** Cuts what a server sends into WebSocket frames. A server masks nothing; a message in several frames comes in parts. */
export class FrameReader {
  readonly #listener: FrameListener
  /** The beginning of a frame whose end has not come. */
  #rest: Buffer[] = []
  #restBytes = 0
  /** How many bytes the first whole frame takes of them; 0 as long as its header is not whole. */
  #needed = 0

  constructor(listener: FrameListener) {
    this.#listener = listener
  }

  /** Takes the next bytes. What it does not use yet it copies, so that the buffer may be used again. */
  read(chunk: Buffer): void {
    if (this.#restBytes === 0) return this.#cut(chunk)
    this.#keep(chunk)
    // A frame of many megabytes comes in hundreds of chunks: they are put together once.
    if (this.#restBytes < this.#needed) return
    const bytes = Buffer.concat(this.#rest)
    this.#rest = []
    this.#restBytes = 0
    this.#cut(bytes)
  }

  #cut(bytes: Buffer): void {
    let at = 0
    this.#needed = 0
    while (at + 2 <= bytes.length) {
      const short = bytes.readUInt8(at + 1) & 0x7f
      const header = short < 126 ? 2 : short === 126 ? 4 : 10
      if (at + header > bytes.length) break
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
      const end = at + header + length
      this.#needed = end - at
      if (end > bytes.length) break
      this.#needed = 0
      this.#listener(bytes.subarray(at + header, end), bytes.readUInt8(at) & 0x0f)
      at = end
    }
    if (at < bytes.length) this.#keep(bytes.subarray(at))
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(Buffer.from(bytes))
    this.#restBytes += bytes.length
  }
}
