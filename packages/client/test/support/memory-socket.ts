/** A WebSocket without a network: a test opens it, delivers to it, and takes what was sent. */
export class MemorySocket extends EventTarget implements WebSocket {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3
  binaryType: BinaryType = 'blob'
  readonly bufferedAmount = 0
  readonly extensions = ''
  readonly protocol = 'weft.1'
  readonly url: string
  onopen: ((this: WebSocket, event: Event) => unknown) | null = null
  onmessage: ((this: WebSocket, event: MessageEvent) => unknown) | null = null
  onerror: ((this: WebSocket, event: Event) => unknown) | null = null
  onclose: ((this: WebSocket, event: CloseEvent) => unknown) | null = null
  readonly sent: Uint8Array[] = []
  #state: 0 | 1 | 2 | 3 = 0

  constructor(url: string | URL, _protocols?: string | string[]) {
    super()
    this.url = String(url)
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#state
  }

  send(data: string | BufferSource | Blob): void {
    if (this.#state === this.CONNECTING) throw new DOMException('not open yet', 'InvalidStateError')
    if (this.#state === this.OPEN && data instanceof Uint8Array) this.sent.push(new Uint8Array(data))
  }

  close(): void {
    this.#state = this.CLOSED
  }

  open(): void {
    this.#state = this.OPEN
    const event = new Event('open')
    this.dispatchEvent(event)
    this.onopen?.(event)
  }

  deliver(frame: Uint8Array): void {
    if (this.#state !== this.OPEN) return
    const event = new MessageEvent('message', { data: new Uint8Array(frame).buffer })
    this.dispatchEvent(event)
    this.onmessage?.(event)
  }

  /** The line is cut. */
  lose(): void {
    if (this.#state === this.CLOSED) return
    this.#state = this.CLOSED
    this.onclose?.(new CloseEvent('close', { code: 1006 }))
  }
}

/** A WebSocket class, and all that were made with it. */
export function collectSockets(): { sockets: MemorySocket[]; CollectedSocket: typeof MemorySocket } {
  const sockets: MemorySocket[] = []
  class CollectedSocket extends MemorySocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      sockets.push(this)
    }
  }
  return { sockets, CollectedSocket }
}
