import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  type ClientMessage,
  decodeClientFrame,
  encodeEpoch,
  encodeSaved,
  encodeSyncStep1,
  encodeSyncStep2,
  weftSubprotocol,
} from '@weft/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import * as Y from 'yjs'

/** A real WebSocket server whose every word is the test's. */
export class ScriptedServer {
  readonly url: string
  readonly #server: WebSocketServer
  readonly #arrived: ScriptedConnection[] = []
  readonly #waiting: ((connection: ScriptedConnection) => void)[] = []

  private constructor(server: WebSocketServer, port: number) {
    this.#server = server
    this.url = `ws://127.0.0.1:${port}`
    server.on('connection', (socket, request) => {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
      const connection = new ScriptedConnection(socket, request.url ?? '', offered)
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#arrived.push(connection)
      else waiting(connection)
    })
  }

  static async start(): Promise<ScriptedServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => weftSubprotocol })
    await once(server, 'listening')
    const address = server.address()
    return new ScriptedServer(server, portOf(address))
  }

  /** The next connection that nobody has taken yet. */
  connection(): Promise<ScriptedConnection> {
    const arrived = this.#arrived.shift()
    if (arrived !== undefined) return Promise.resolve(arrived)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Whether someone came whom nobody has taken. */
  get hasUntaken(): boolean {
    return this.#arrived.length > 0
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** One client's connection. */
export class ScriptedConnection {
  readonly path: string
  readonly offered: readonly string[]
  /** All that the client said, in order. */
  readonly heard: ClientMessage[] = []
  readonly frames: Uint8Array[] = []
  readonly closed: Promise<unknown>
  readonly #socket: WebSocket
  readonly #listeners: (() => void)[] = []

  constructor(socket: WebSocket, path: string, offered: readonly string[]) {
    this.#socket = socket
    this.path = path
    this.offered = offered
    this.closed = once(socket, 'close')
    socket.binaryType = 'nodebuffer'
    socket.on('message', (data) => {
      if (!Buffer.isBuffer(data)) throw new Error('not asked for')
      const frame = new Uint8Array(data)
      this.frames.push(frame)
      this.heard.push(decodeClientFrame(frame))
      for (const listener of this.#listeners) listener()
    })
  }

  send(...frames: Uint8Array[]): void {
    for (const frame of frames) this.#socket.send(frame)
  }

  sendText(text: string): void {
    this.#socket.send(text)
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, reason)
  }

  /** Cuts the line without a word. */
  cut(): void {
    this.#socket.terminate()
  }

  /** Epoch, step 1, and as answer to the client's step 1 a step 2: what a room says to someone who comes. */
  async welcome(doc: Y.Doc, epoch = 'epoch-1'): Promise<void> {
    this.send(encodeEpoch(epoch), encodeSyncStep1(Y.encodeStateVector(doc)))
    const { stateVector } = await this.find('sync-step-1')
    this.send(encodeSyncStep2(Y.encodeStateAsUpdate(doc, stateVector)))
    await this.find('sync-step-2')
  }

  /** The nth message of a type, once it has come. */
  async find<T extends ClientMessage['type']>(type: T, nth = 1): Promise<Extract<ClientMessage, { type: T }>> {
    for (;;) {
      const found = this.heard.filter(
        (message): message is Extract<ClientMessage, { type: T }> => message.type === type,
      )
      const message = found[nth - 1]
      if (message !== undefined) return message
      await new Promise<void>((resolve) => this.#listeners.push(resolve))
    }
  }

  /** The updates that came so far, in order, as the server counts them. */
  get updates(): Uint8Array[] {
    return this.heard.flatMap((message) =>
      message.type === 'sync-step-2' || message.type === 'update' ? [message.update] : [],
    )
  }

  saved(frames: number): void {
    this.send(encodeSaved(frames))
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
