import { bytesOf, type Frame } from './frame.ts'
import type { Traffic } from './traffic.ts'
import type { Wire } from './wire.ts'

/**
 * What is on its way to one member: first the rest of a state that is being streamed, then a queue. Memory is bounded (R4): a
 * member whose queue passes the limit is `behind`; its queue is dropped and nothing is queued until it is caught up.
 */
export class Outbox {
  readonly #wire: Wire
  readonly #wireLimit: number
  readonly #limit: number
  readonly #traffic: Pick<Traffic, 'dropped'>
  #stream: Iterator<Frame> | undefined
  #queue: Frame[] = []
  #queuedBytes = 0
  #behind = false

  /**
   * @param wireLimit how many bytes are handed to the socket before the rest waits here
   * @param limit how many may wait here
   * @param traffic is told where more waited, and all of it was dropped
   */
  constructor(wire: Wire, wireLimit: number, limit: number, traffic: Pick<Traffic, 'dropped'>) {
    this.#wire = wire
    this.#wireLimit = wireLimit
    this.#limit = limit
    this.#traffic = traffic
  }

  /** Whether frames were dropped and the member waits to be caught up. */
  get behind(): boolean {
    return this.#behind
  }

  /** Whether what is sent now waits here, and may come to be dropped. */
  get full(): boolean {
    return this.#behind || this.congested || this.#wire.buffered >= this.#wireLimit
  }

  /** Whether frames wait here because the socket is full. */
  get congested(): boolean {
    return this.#stream !== undefined || this.#queue.length > 0
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Sends a frame or queues it. */
  send(frame: Frame): void {
    if (this.#behind) return
    if (!this.full) {
      this.#wire.send(frame)
      return
    }
    this.#queue.push(frame)
    this.#queuedBytes += bytesOf(frame)
    if (this.#queuedBytes <= this.#limit) return
    this.#queue = []
    this.#queuedBytes = 0
    this.#behind = true
    this.#traffic.dropped()
  }

  /** Sends frames as the socket drains, ahead of anything that is sent later. */
  stream(frames: Iterable<Frame>): void {
    const before = this.#stream
    this.#stream = before === undefined ? frames[Symbol.iterator]() : chain(before, frames)
    this.pump()
  }

  /** Ends `behind`: what was dropped comes with the stream that is given. */
  catchUp(frames: Iterable<Frame>): void {
    this.#behind = false
    this.stream(frames)
  }

  /** The socket has room again. */
  pump(): void {
    while (this.#wire.buffered < this.#wireLimit) {
      const frame = this.#next()
      if (frame === undefined) return
      this.#wire.send(frame)
    }
  }

  #next(): Frame | undefined {
    if (this.#stream !== undefined) {
      const next = this.#stream.next()
      if (next.done !== true) return next.value
      this.#stream = undefined
    }
    const frame = this.#queue.shift()
    if (frame !== undefined) this.#queuedBytes -= bytesOf(frame)
    return frame
  }
}

function* chain(first: Iterator<Frame>, second: Iterable<Frame>): Generator<Frame> {
  for (let next = first.next(); next.done !== true; next = first.next()) yield next.value
  yield* second
}
