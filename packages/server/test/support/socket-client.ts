import { once } from 'node:events'
import { WebSocket } from 'ws'

/** How a connection ended. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/** What a client may bring besides its address. */
export interface SocketClientOptions {
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A bare WebSocket that keeps every frame it is sent, so that a test says each byte itself. */
export class SocketClient {
  readonly ws: WebSocket
  /** What was heard and not yet taken. */
  readonly frames: Uint8Array[] = []
  /** Resolves when the connection is over. */
  readonly closed: Promise<Closed>
  #wake: () => void = () => {}
  #over = false

  private constructor(url: string, { protocols = [], headers = {} }: SocketClientOptions) {
    this.ws = new WebSocket(url, [...protocols], { headers, perMessageDeflate: false })
    this.ws.on('error', () => {})
    this.ws.on('message', (data: Buffer) => {
      this.frames.push(new Uint8Array(data))
      this.#wake()
    })
    this.closed = new Promise((resolve) => {
      this.ws.once('close', (code, reason) => {
        this.#over = true
        resolve({ code, reason: reason.toString() })
        this.#wake()
      })
    })
  }

  /** Resolves when it is open. */
  static async open(url: string, options: SocketClientOptions = {}): Promise<SocketClient> {
    const client = new SocketClient(url, options)
    await once(client.ws, 'open')
    return client
  }

  send(...frames: (Uint8Array | string)[]): void {
    for (const frame of frames) this.ws.send(frame)
  }

  /**
   * Takes what was heard up to the first frame that fits.
   *
   * @throws Error where the connection ends before
   */
  async hear(fits: (frame: Uint8Array) => boolean): Promise<Uint8Array> {
    for (;;) {
      for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift()) {
        if (fits(frame)) return frame
      }
      if (this.#over) throw new Error('the connection ended before such a frame came')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Ends the connection as a client that goes. */
  async leave(): Promise<void> {
    this.ws.close()
    await this.closed
  }
}
