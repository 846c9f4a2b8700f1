import type { Duplex } from 'node:stream'
import { closeCodes, closeReason, type RefusalKind } from '@weft/protocol'
import { WebSocket } from 'ws'
import { type Frame, payloadsOf } from '../room/frame.ts'
import type { Wire } from '../room/wire.ts'
import { framed, frameHeader, partOfMessage } from './server-frame.ts'

/** Messages up to this are copied behind their header, and so are those that go together; larger ones are written as they are. */
const copyBytes = 16 * 1024

/** How long a client that is told to come back should wait by default, in milliseconds. */
const defaultRetryAfter = 1_000

/** A room's view of one WebSocket. */
export class SocketWire implements Wire {
  readonly #ws: WebSocket
  readonly #socket: Duplex
  /** What waits for the last part of a message that is being sent in parts. */
  #afterParts: Frame[] | undefined
  /** When something was last sent, in sweeps of the sync tier. */
  lastSent = 0
  /** Set by the sync tier before each sweep. */
  sweep = 0
  #pausedByRoom = false
  #pausedByPace = false

  constructor(ws: WebSocket, socket: Duplex) {
    this.#ws = ws
    this.#socket = socket
  }

  /** Whether nothing is read from the client at the moment. */
  get paused(): boolean {
    return this.#pausedByRoom || this.#pausedByPace
  }

  get buffered(): number {
    return this.#socket.writableLength
  }

  send(frame: Frame): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return
    if (this.#afterParts !== undefined) {
      this.#afterParts.push(frame)
      return
    }
    this.lastSent = this.sweep
    const { payload, next } = frame
    if (next === undefined && payload.byteLength > copyBytes) {
      this.#write(frameHeader(payload.byteLength), [payload])
      return
    }
    frame.wire ??= framed(payloadsOf(frame))
    this.#socket.write(frame.wire)
  }

  sendPart(pieces: readonly Uint8Array[], last: boolean): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return
    this.lastSent = this.sweep
    const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
    const isFirst = this.#afterParts === undefined
    if (length > 0 || last) this.#write(frameHeader(length, partOfMessage(isFirst, last)), pieces)
    const waiting = this.#afterParts ?? []
    this.#afterParts = last ? undefined : waiting
    if (last) for (const frame of waiting) this.send(frame)
  }

  #write(header: Uint8Array, pieces: readonly Uint8Array[]): void {
    this.#socket.cork()
    this.#socket.write(header)
    for (const piece of pieces) this.#socket.write(piece)
    this.#socket.uncork()
  }

  close(kind: RefusalKind, retryAfter?: number): void {
    const code = closeCodes[kind]
    const retryable = code === 1012 || code === 1013
    this.#ws.close(code, closeReason(kind, retryable ? (retryAfter ?? defaultRetryAfter) : undefined))
    // A client that was paused must be read again, or its half of the closing is never heard.
    this.#pausedByPace = false
    this.resume()
  }

  pause(): void {
    this.#pausedByRoom = true
    this.#ws.pause()
  }

  resume(): void {
    this.#pausedByRoom = false
    this.#resume()
  }

  /** As `pause`, because of how much the client has sent: one ends without the other. */
  slowDown(): void {
    this.#pausedByPace = true
    this.#ws.pause()
  }

  goOn(): void {
    this.#pausedByPace = false
    this.#resume()
  }

  #resume(): void {
    if (!this.paused) this.#ws.resume()
  }
}
