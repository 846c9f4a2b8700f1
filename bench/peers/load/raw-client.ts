/**
 * A WebSocket client that costs next to nothing, so that a thousand of them can be heard from one core: it reads into one
 * buffer for all, builds no document, and masks with zeros, which changes no byte.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { Address } from '../system.ts'
import { type Dialect, emptyStep2, updateMessage } from './dialect.ts'
import { FrameReader } from './frame-reader.ts'

/** All sockets read into this one: what is read is used up before the next is read. */
const readBuffer = Buffer.alloc(256 * 1024)

/** Messages about the document's state come in chunks larger than any other when one joins. */
const stateChunk = 4096

/** How long a connection may take before it counts as failed, in milliseconds. */
const patience = 60_000

/** What a client is made with. */
export interface RawClientOptions {
  readonly system: Address
  readonly dialect: Dialect
  readonly document: string
  /** Hears each message behind the dialect's prefix, until it returns; none of those that bring the client up to date. */
  readonly onMessage?: (message: Buffer) => void
  /** Hears the size of everything that brings it up to date. */
  readonly onJoining?: (message: Buffer) => void
  /** Hears what follows the beginning of a message that comes in several frames; the beginning is heard as a message. */
  readonly onPart?: (part: Buffer) => void
  /** Hears that some KiB have come at once, as only a document's state is large. */
  readonly onBytes?: () => void
  /** What it has already, as a state vector. */
  readonly stateVector?: Uint8Array
  /** Offered as `Sec-WebSocket-Protocol`. */
  readonly subprotocol?: string
}

/** One connection to one document. */
export class RawClient {
  /** Bytes and WebSocket frames that came, of all kinds. */
  bytes = 0
  frames = 0
  readonly #options: RawClientOptions
  readonly #socket: Socket
  readonly #reader: FrameReader
  readonly #ready = Promise.withResolvers<void>()
  readonly #prefix: number
  #head = ''
  #upgraded = false
  #joined = false
  #over = false

  private constructor(options: RawClientOptions) {
    this.#options = options
    this.#prefix = options.dialect.prefixLength(options.document)
    this.#reader = new FrameReader((payload, opcode) => this.#frame(payload, opcode))
    const { host, port } = options.system
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          this.#read(readBuffer.subarray(0, length))
          return true
        },
      },
    })
    this.#socket.on('error', (error) => this.#ready.reject(error))
    this.#socket.on('close', () => this.#ready.reject(new Error('the server closed the connection')))
    this.#socket.on('connect', () => this.#upgrade())
    this.#socket.setTimeout(patience, () => this.#ready.reject(new Error('the server said nothing for a minute')))
  }

  /** Resolves when the server has brought the client up to date, or at once where the server never does. */
  static async open(options: RawClientOptions): Promise<RawClient> {
    const client = new RawClient(options)
    await client.#ready.promise
    client.#socket.setTimeout(0)
    return client
  }

  /** Whether the server ended the connection. */
  get lost(): boolean {
    return this.#socket.destroyed && !this.#over
  }

  /** Bytes that wait in this process to be sent. */
  get waiting(): number {
    return this.#socket.writableLength
  }

  /** Sends an update. */
  update(update: Uint8Array): void {
    this.message(updateMessage(update))
  }

  /** Sends any message. */
  message(message: Uint8Array): void {
    this.#socket.write(webSocketFrame(this.#options.dialect.frame(this.#options.document, message)))
  }

  /** Drops the connection. */
  close(): void {
    this.#over = true
    this.#socket.destroy()
  }

  #upgrade(): void {
    const { system, document, subprotocol } = this.#options
    this.#socket.write(
      [
        `GET ${system.path(document)} HTTP/1.1`,
        `Host: ${system.host}:${system.port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
        '\r\n',
      ].join('\r\n'),
    )
  }

  #read(chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.#upgraded) {
      if (chunk.length >= stateChunk) this.#options.onBytes?.()
      this.#reader.read(chunk)
      return
    }
    const text = this.#head + chunk.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end === -1) {
      this.#head = text
      return
    }
    if (!text.startsWith('HTTP/1.1 101')) {
      this.#ready.reject(new Error(`the server refused the upgrade: ${text.slice(0, text.indexOf('\r\n'))}`))
      return
    }
    this.#upgraded = true
    const { dialect, document, stateVector } = this.#options
    for (const message of dialect.greeting(document, stateVector)) this.#socket.write(webSocketFrame(message))
    if (!dialect.answers) this.#join()
    const used = end + 4 - this.#head.length
    this.#head = ''
    if (used < chunk.length) this.#reader.read(chunk.subarray(used))
  }

  #frame(payload: Buffer, opcode: number): void {
    this.frames++
    if (opcode === 9) this.#socket.write(webSocketFrame(payload, 0x8a))
    if (opcode > 2) return
    if (opcode === 0) {
      this.#options.onPart?.(payload)
      return
    }
    const message = payload.subarray(this.#prefix)
    // It may be asked after it was brought up to date, and what is saved is counted from its answer on.
    if (this.#options.dialect.answers && message[0] === 0 && message[1] === 0) this.message(emptyStep2)
    if (this.#joined) {
      this.#options.onMessage?.(message)
      return
    }
    this.#options.onJoining?.(message)
    if (message[0] === 0 && message[1] === 1) this.#join()
  }

  #join(): void {
    this.#joined = true
    this.#ready.resolve()
  }
}

/** A client's frame whose mask is zero, so that the payload stands in it as it is. */
export function webSocketFrame(payload: Uint8Array, first = 0x82): Buffer {
  const { length } = payload
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.alloc(header + 4 + length)
  frame.writeUInt8(first, 0)
  frame.writeUInt8(0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127), 1)
  if (header === 4) frame.writeUInt16BE(length, 2)
  if (header === 10) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(payload, header + 4)
  return frame
}
