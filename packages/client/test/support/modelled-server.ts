import {
  decodeClientFrame,
  encodeEpoch,
  encodeError,
  encodeSaved,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
} from '@weft/protocol'
import * as Y from 'yjs'
import type { MemorySocket } from './memory-socket.ts'

interface Line {
  readonly socket: MemorySocket
  /** What the server said and the client has not heard yet. */
  readonly inbox: Uint8Array[]
  frames: number
  durable: number
  refused: boolean
}

/** A server as simple as it can be and keep its word: it calls saved what is in `durable`, and nothing else. */
export class ModelledServer {
  durable: Y.Doc = new Y.Doc()
  #replica: Y.Doc = new Y.Doc()
  #lines: Line[] = []
  #pending: { line: Line; frame: number; update: Uint8Array }[] = []

  accept(socket: MemorySocket): void {
    if (socket.readyState !== socket.CONNECTING) return
    socket.open()
    const line = { socket, inbox: [], frames: 0, durable: 0, refused: false }
    this.#lines.push(line)
    this.#say(line, encodeEpoch('life'), encodeSyncStep1(Y.encodeStateVector(this.#replica)))
  }

  /** Reads up to `count` of what a client sent. @param refuse whether updates find the store away and are dropped */
  read(socket: MemorySocket, count: number, refuse: boolean): void {
    const line = this.#lines.find((candidate) => candidate.socket === socket)
    if (line === undefined) return
    for (const frame of socket.sent.splice(0, count)) {
      const message = decodeClientFrame(frame)
      if (message.type === 'sync-step-1') {
        this.#say(line, encodeSyncStep2(Y.encodeStateAsUpdate(this.#replica, message.stateVector)))
      } else if (message.type === 'sync-step-2' || message.type === 'update') {
        line.frames++
        if (refuse) {
          line.refused = true
          this.#say(line, encodeError('store-unavailable', 'The store does not answer.', line.frames))
          continue
        }
        Y.applyUpdate(this.#replica, message.update)
        this.#pending.push({ line, frame: line.frames, update: message.update })
        for (const other of this.#lines) if (other !== line) this.#say(other, encodeUpdate(message.update))
      }
    }
  }

  /** Makes up to `count` updates durable and tells their senders. */
  store(count: number): void {
    for (const { line, frame, update } of this.#pending.splice(0, count)) {
      Y.applyUpdate(this.durable, update)
      // Past a refused frame there is a gap in the numbers, which is never passed over.
      if (frame !== line.durable + 1) continue
      line.durable = frame
      this.#say(line, encodeSaved(frame))
    }
  }

  /** The store is back: those whose frames were dropped are asked for them. */
  recover(): void {
    for (const line of this.#lines) {
      if (line.refused) this.#say(line, encodeSyncStep1(Y.encodeStateVector(this.#replica)))
    }
  }

  deliver(socket: MemorySocket, count: number): void {
    const line = this.#lines.find((candidate) => candidate.socket === socket)
    for (const frame of line?.inbox.splice(0, count) ?? []) socket.deliver(frame)
  }

  lose(socket: MemorySocket): void {
    this.#lines = this.#lines.filter((line) => line.socket !== socket)
    socket.lose()
  }

  /** kill -9: what is not durable is gone. */
  crash(): void {
    const lines = this.#lines
    this.#lines = []
    this.#pending = []
    this.#replica = new Y.Doc()
    Y.applyUpdate(this.#replica, Y.encodeStateAsUpdate(this.durable))
    for (const { socket } of lines) socket.lose()
  }

  #say(line: Line, ...frames: Uint8Array[]): void {
    line.inbox.push(...frames)
  }
}
