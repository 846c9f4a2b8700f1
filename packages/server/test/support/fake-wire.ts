import type { RefusalKind } from '@weft/protocol'
import { type Frame, payloadsOf } from '../../src/room/frame.ts'
import type { Wire } from '../../src/room/wire.ts'

/** A socket that keeps what it was sent until the test takes it. */
export class FakeWire implements Wire {
  closed: RefusalKind | undefined
  paused = false
  /** How often something was sent. */
  writes = 0
  readonly #frames: Uint8Array[] = []
  /** Of a message whose last part has not come. */
  readonly #parts: Uint8Array[] = []

  send(frame: Frame): void {
    if (this.closed !== undefined) return
    this.writes++
    this.#frames.push(...payloadsOf(frame))
  }

  sendPart(pieces: readonly Uint8Array[], last: boolean): void {
    if (this.closed !== undefined) return
    this.#parts.push(...pieces)
    if (last) this.#frames.push(Buffer.concat(this.#parts.splice(0)))
  }

  /** All of it counts as buffered until it is taken. */
  get buffered(): number {
    return this.#frames.reduce((bytes, frame) => bytes + frame.byteLength, 0)
  }

  close(kind: RefusalKind): void {
    this.closed ??= kind
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  /** What was sent since the last call, at most so many frames. */
  take(most: number = Infinity): Uint8Array[] {
    return this.#frames.splice(0, most)
  }
}
