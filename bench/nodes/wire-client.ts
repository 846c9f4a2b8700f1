/**
 * A client that is a TCP connection and little more: it speaks `weft.1`, sends frames that were made before, and counts what
 * is saved. Thousands of them fit into a process that has to share its core, which a Yjs document for each would not.
 */
import { type ClientRequest, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { encodeSyncStep1, encodeSyncStep2, messageType, syncType, weftSubprotocol } from '@weft/protocol'
import { createDecoder, readVarUint } from 'lib0/decoding'

const emptyStateVector = new Uint8Array([0])
const emptyUpdate = new Uint8Array([0, 0])

/** What somebody wants to know of a client. */
export interface WireEvents {
  /** So many frames of this connection are saved. */
  readonly saved?: (frames: number) => void
  /** A whole message has come. */
  readonly message?: (payload: Uint8Array) => void
  /** The head of a message has come: of which length it will be. Called before the message has come whole. */
  readonly head?: (length: number) => void
}

/** A message as a client frames it. The mask is zero, so that the bytes need not be changed. */
export function clientFrame(payload: Uint8Array): Buffer {
  const length = payload.byteLength
  const head = length < 126 ? [0x82, 0x80 | length] : [0x82, 0x80 | 126, length >>> 8, length & 0xff]
  if (length > 65_535) throw new RangeError('this client sends no messages as large as that')
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload])
}

/** One connection to one document. */
export class WireClient {
  readonly #socket: Duplex
  readonly #events: WireEvents
  /** What has come and is not a whole frame yet. Joined only when it may be one: a large state comes in a hundred pieces. */
  #unread: Buffer[] = []
  #unreadBytes = 0
  #wanted = 0
  /** Frames of a message that comes in several. */
  #fragments: Buffer[] = []
  #sent = 0
  #saved = 0
  #headTold = false

  private constructor(socket: Duplex, head: Buffer, events: WireEvents) {
    this.#socket = socket
    this.#events = events
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('error', () => socket.destroy())
    if (head.byteLength > 0) this.#hear(head)
  }

  /**
   * Connects and asks for the document, as clients do.
   *
   * @param server `http://127.0.0.1:8787`
   */
  static async open(server: string, document: string, events: WireEvents = {}): Promise<WireClient> {
    const asked = upgrade(`${server}/sync/${document}`)
    const [socket, head] = await new Promise<readonly [Duplex, Buffer]>((resolve, reject) => {
      asked.once('upgrade', (_response, opened: Duplex, first: Buffer) => resolve([opened, first]))
      asked.once('response', ({ statusCode }) => reject(new Error(`the upgrade was answered with ${statusCode}`)))
      asked.once('error', reject)
    })
    const client = new WireClient(socket, head, events)
    socket.write(clientFrame(encodeSyncStep1(emptyStateVector)))
    return client
  }

  /** How many frames with an update were sent. */
  get sent(): number {
    return this.#sent
  }

  /** How many of them are saved. */
  get saved(): number {
    return this.#saved
  }

  /** Sends frames that were made before, in one write. @param count how many of them carry an update */
  send(frames: Uint8Array, count: number): void {
    this.#sent += count
    this.#socket.write(frames)
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.#socket.destroy()
  }

  #hear(chunk: Buffer): void {
    this.#unread.push(chunk)
    this.#unreadBytes += chunk.byteLength
    if (this.#unreadBytes < this.#wanted) return
    let bytes = this.#unread.length === 1 ? chunk : Buffer.concat(this.#unread)
    for (;;) {
      const frame = frameIn(bytes)
      if (frame !== undefined && !this.#headTold) this.#events.head?.(frame.end - frame.start)
      this.#headTold = frame !== undefined && frame.end > bytes.byteLength
      this.#wanted = frame?.end ?? 0
      if (frame === undefined || this.#headTold) break
      this.#fragments.push(bytes.subarray(frame.start, frame.end))
      bytes = bytes.subarray(frame.end)
      if (frame.final) this.#takeMessage()
    }
    this.#unread = bytes.byteLength === 0 ? [] : [bytes]
    this.#unreadBytes = bytes.byteLength
  }

  #takeMessage(): void {
    const [only] = this.#fragments
    const payload = only !== undefined && this.#fragments.length === 1 ? only : Buffer.concat(this.#fragments)
    this.#fragments = []
    this.#take(payload)
  }

  #take(payload: Uint8Array): void {
    if (payload[0] === messageType.saved) {
      this.#saved = readVarUint(createDecoder(payload.subarray(1)))
      this.#events.saved?.(this.#saved)
    } else if (payload[0] === messageType.sync && payload[1] === syncType.step1) {
      // It has nothing of its own; an answer is due all the same.
      this.send(clientFrame(encodeSyncStep2(emptyUpdate)), 1)
    }
    this.#events.message?.(payload)
  }
}

function upgrade(url: string): ClientRequest {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': weftSubprotocol,
  }
  const asked = request(url, { headers, agent: false })
  asked.setNoDelay(true)
  asked.end()
  return asked
}

interface FoundFrame {
  readonly start: number
  readonly end: number
  readonly final: boolean
}

/** Where the payload of the first frame lies; undefined while its head has not come. */
function frameIn(bytes: Buffer): FoundFrame | undefined {
  const [first, short] = bytes
  if (first === undefined || short === undefined) return undefined
  const final = first >= 0x80
  if (short < 126) return { start: 2, end: 2 + short, final }
  if (short === 126) return bytes.byteLength < 4 ? undefined : { start: 4, end: 4 + bytes.readUInt16BE(2), final }
  return bytes.byteLength < 10 ? undefined : { start: 10, end: 10 + Number(bytes.readBigUInt64BE(2)), final }
}
