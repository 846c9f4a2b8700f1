/** Hears each whole message; the bytes are only good until it returns. `opcode` is 8 for a close, 9 for a ping. */
export type FrameListener = (payload: Buffer, opcode: number) => void

const nothing = Buffer.alloc(0)

/** Cuts what a server sends into WebSocket frames. A server masks nothing; a message in several frames comes in parts. */
export class FrameReader {
  readonly #listener: FrameListener
  #rest = nothing

  constructor(listener: FrameListener) {
    this.#listener = listener
  }

  /** Takes the next bytes. What it does not use yet it copies, so that the buffer may be used again. */
  read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (at + 2 <= bytes.length) {
      const short = bytes.readUInt8(at + 1) & 0x7f
      const header = short < 126 ? 2 : short === 126 ? 4 : 10
      if (at + header > bytes.length) break
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
      const end = at + header + length
      if (end > bytes.length) break
      this.#listener(bytes.subarray(at + header, end), bytes.readUInt8(at) & 0x0f)
      at = end
    }
    this.#rest = at === bytes.length ? nothing : Buffer.from(bytes.subarray(at))
  }
}
