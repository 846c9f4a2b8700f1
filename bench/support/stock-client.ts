/**
 * A stock y-websocket client as an application would make it, and beside it what a replay has to know of its connection: how
 * many frames with an update it sent, how many of them the server says are saved, and, where a replay asks for it, the power to
 * let what was heard wait.
 *
 * Everything on the wire is written and read by y-websocket's own code. What is ours stands below it, in the socket class that
 * it is given (y-websocket's `WebSocketPolyfill`), and beside it, in a handler for message 100, which stock clients do not know.
 */
import { carriesUpdate, messageType, weftSubprotocol } from '@weft/protocol'
import { readVarUint } from 'lib0/decoding'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { Waiting } from './waiting.ts'

/** What a client is made with. */
export interface StockClientOptions {
  /** The server's WebSocket address without a slash at its end: `ws://127.0.0.1:8787`. */
  readonly server: string
  readonly document: string
  /** The Yjs client id; a random one otherwise. */
  readonly clientId?: number
  /** Whether to offer the subprotocol `weft.1`, so that the server tells what is saved. On by default. */
  readonly saved?: boolean
  /** Hears each frame with an update that goes out, by its number on this connection, from 1. */
  readonly onSent?: (frame: number) => void
  /** Hears how many of this connection's frames are saved. */
  readonly onSaved?: (frames: number) => void
}

/** Where the frames with an update go that a client hears while it holds them. */
export interface Inbox {
  /** A frame has come; `deliver` hands it to the provider, as the socket would have. */
  take(frame: Uint8Array, deliver: () => void): void
}

/** One stock client with its own `Y.Doc`. */
export class StockClient {
  readonly doc: Y.Doc = new Y.Doc()
  readonly provider: WebsocketProvider
  readonly #changed = new Waiting()
  #sent = 0
  #saved = 0
  #inbox: Inbox | undefined
  #refusal: string | undefined

  constructor(options: StockClientOptions) {
    if (options.clientId !== undefined) this.doc.clientID = options.clientId
    const providerOptions: ConstructorParameters<typeof WebsocketProvider>[3] = {
      connect: false,
      disableBc: true,
      protocols: options.saved === false ? [] : [weftSubprotocol],
    }
    // `ws` does what y-websocket needs but is not a browser's WebSocket in every type, so it cannot be written above.
    Object.assign(providerOptions, { WebSocketPolyfill: this.#socketClass(options) })
    this.provider = new WebsocketProvider(`${options.server}/sync`, options.document, this.doc, providerOptions)
    this.provider.messageHandlers[messageType.saved] = (_reply, decoder) => {
      this.#saved = readVarUint(decoder)
      options.onSaved?.(this.#saved)
      this.#changed.notify()
    }
    // Without handlers of their own, y-websocket would print a line for each message that it does not know.
    for (const type of [messageType.error, messageType.epoch]) this.provider.messageHandlers[type] = () => undefined
    this.provider.on('sync', () => this.#changed.notify())
    this.provider.on('connection-close', () => this.#changed.notify())
    this.provider.on('closed', ({ code, reason }) => {
      this.#refusal = `the server closed for good with ${code} ${reason}`
      this.#changed.notify()
    })
    this.doc.on('update', () => this.#changed.notify())
    this.provider.connect()
  }

  /** How many frames with an update went out on this connection. */
  get sent(): number {
    return this.#sent
  }

  /** How many of them are saved. */
  get saved(): number {
    return this.#saved
  }

  /** Bytes that are handed to the socket and have not left the process. */
  get bufferedAmount(): number {
    return this.provider.ws?.bufferedAmount ?? 0
  }

  get connected(): boolean {
    return this.provider.wsconnected
  }

  /** Resolves once the provider has the server's state, and has sent what it had and the server lacks. */
  synced(): Promise<void> {
    return this.until('to be synced', () => this.provider.synced && this.#sent > 0)
  }

  /** Resolves once all that was sent so far is saved. */
  allSaved(): Promise<void> {
    const frames = this.#sent
    return this.until(`to hear that ${frames} frames are saved`, () => this.#saved >= frames)
  }

  /**
   * Resolves once a condition holds; it is looked at whenever this client hears something or its document changes.
   *
   * @throws Error after half a minute, or where the server refused the client
   */
  until(what: string, condition: () => boolean): Promise<void> {
    return this.#changed.until(what, () => {
      if (this.#refusal !== undefined) throw new Error(this.#refusal)
      return condition()
    })
  }

  /** Frames with an update go to this inbox from now on instead of to the provider; undefined ends that. */
  hold(inbox: Inbox | undefined): void {
    this.#inbox = inbox
  }

  /** Looks again at what {@link until} waits for. */
  notify(): void {
    this.#changed.notify()
  }

  destroy(): void {
    this.provider.destroy()
    this.provider.awareness.destroy()
    this.doc.destroy()
  }

  #socketClass(options: StockClientOptions): new (address: string | URL, protocols?: string | string[]) => WebSocket {
    const opened = (): void => {
      this.#sent = 0
      this.#saved = 0
    }
    const sending = (data: unknown): void => {
      if (!(data instanceof Uint8Array) || !carriesUpdate(data)) return
      this.#sent++
      options.onSent?.(this.#sent)
      this.#changed.notify()
    }
    const inboxFor = (frame: Uint8Array): Inbox | undefined => (carriesUpdate(frame) ? this.#inbox : undefined)

    return class extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols, { perMessageDeflate: false })
        opened()
      }

      override send(data: Parameters<WebSocket['send']>[0]): void {
        sending(data)
        super.send(data)
      }

      // `ws` tells its listeners of a message by this method; holding one back means not calling it yet.
      override emit(event: string | symbol, ...args: unknown[]): boolean {
        const [data] = args
        if (event === 'message') {
          // With binaryType `arraybuffer`, which y-websocket sets, that is what comes.
          const frame =
            data instanceof ArrayBuffer ? new Uint8Array(data) : data instanceof Uint8Array ? data : undefined
          const inbox = frame === undefined ? undefined : inboxFor(frame)
          if (frame !== undefined && inbox !== undefined) {
            inbox.take(frame, () => void super.emit(event, ...args))
            return true
          }
        }
        return super.emit(event, ...args)
      }
    }
  }
}

/**
 * What a stock client that knows nothing reads from the server.
 *
 * @param read what to take from its document once it is synced
 */
export async function readFresh<T>(server: string, document: string, read: (doc: Y.Doc) => T): Promise<T> {
  const client = new StockClient({ server, document, saved: false })
  try {
    await client.synced()
    return read(client.doc)
  } finally {
    client.destroy()
  }
}
