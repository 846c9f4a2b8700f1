import type { Checkpoint, CheckpointReader } from '@weft/persistence'
import {
  decodeOutline,
  encodeEpoch,
  encodeSyncStep2,
  encodeUpdate,
  encodeUpdateHead,
  StateAssembly,
} from '@weft/protocol'
import { type Frame, frameOf } from './frame.ts'
import { mergeUpdates } from './merge-updates.ts'
import type { Replica } from './replica.ts'
import type { Surroundings } from './surroundings.ts'
import type { Wire } from './wire.ts'

const emptyUpdate = new Uint8Array([0, 0])

/** For how long a replica is not built while its state leaves, and how often that is looked at, in milliseconds. */
const leavingPatience = 250
const leavingStep = 5

/** Who waits for a document that is being loaded. */
export interface Newcomer {
  /** The state can be sent by now, though there is no room yet. Called again, where the first one came to nothing. */
  offer(state: EarlyState): void
}

/**
 * A document's state as its bytes come from the store: it is sent to those who wait for it before the replica is built, which
 * takes many times as long. It is one message all the same, sent in pieces of the WebSocket: a stock client that is given
 * formats before the text between them deletes the formats, for everyone.
 *
 * What the log holds since the checkpoint follows at once; what has come since then is sent by the room, once there is one.
 */
export class EarlyState {
  readonly epoch: string
  readonly stateVector: Uint8Array
  readonly #assembly: StateAssembly
  readonly #wires = new Set<Wire>()
  /** What has come, the message's head first. */
  readonly #pieces: Uint8Array[]
  #base: Uint8Array | undefined
  #step2: Frame | undefined

  private constructor({ place, stateVector }: Omit<Checkpoint, 'chunks'>, assembly: StateAssembly) {
    this.epoch = place.epoch
    this.stateVector = stateVector
    this.#assembly = assembly
    this.#pieces = [encodeUpdateHead(assembly.length)]
  }

  /** One of a checkpoint that is about to be read; undefined where its chunks cannot be put together. */
  static of(checkpoint: Omit<Checkpoint, 'chunks'>): EarlyState | undefined {
    if (checkpoint.outline === undefined) return undefined
    try {
      return new EarlyState(checkpoint, new StateAssembly(decodeOutline(checkpoint.outline)))
    } catch {
      // The chunks say the same.
      return undefined
    }
  }

  /** The whole, as one update, once all of it has come. */
  get base(): Uint8Array | undefined {
    if (this.#assembly.complete) this.#base ??= concat(this.#pieces.slice(1))
    return this.#base
  }

  /** Sends what has come, and the rest as it comes. */
  sendTo(wire: Wire, speaksWeft: boolean): void {
    // Before anything of a document that its client may know another life of.
    if (speaksWeft) wire.send(frameOf(encodeEpoch(this.epoch)))
    this.#wires.add(wire)
    wire.sendPart(this.#pieces, this.#assembly.complete)
    if (this.#step2 !== undefined) wire.send(this.#step2)
  }

  /** The next chunk has come. @throws RangeError where it is not the one that was outlined */
  add(chunk: Uint8Array): void {
    const pieces = this.#assembly.add(chunk)
    this.#pieces.push(...pieces)
    for (const wire of this.#wires) wire.sendPart(pieces, this.#assembly.complete)
  }

  /** All has been read: sends what the log holds since the checkpoint, as the step 2 with which a client is in sync. */
  conclude(since: readonly Uint8Array[]): void {
    if (!this.#assembly.complete) return
    this.#step2 = frameOf(encodeSyncStep2(since.length === 0 ? emptyUpdate : mergeUpdates(since)))
    for (const wire of this.#wires) wire.send(this.#step2)
  }

  /** Whether some of it waits to leave for somebody. */
  get leaving(): boolean {
    return [...this.#wires].some((wire) => wire.buffered > 0)
  }

  /** What one who was sent it is due, now that there is a replica of it. */
  rest(base: Uint8Array, replica: Pick<Replica, 'asLoaded' | 'since'>): Frame[] {
    if (this.#step2 === undefined) return [frameOf(encodeSyncStep2(replica.since(base, this.stateVector)))]
    return replica.asLoaded ? [] : [frameOf(encodeUpdate(replica.since(base, this.stateVector)))]
  }

  /** It does not go on: who was sent the beginning of it has to come back. */
  abandon(): void {
    if (this.#assembly.complete) return
    for (const wire of this.#wires) wire.close('store-unavailable')
  }
}

/** A document on its way, and who waits for it (R7). */
export class EarlyStates implements CheckpointReader {
  readonly #waiting = new Set<Newcomer>()
  #begun = false
  #state: EarlyState | undefined

  /** The state that was sent, or could have been. */
  get state(): EarlyState | undefined {
    return this.#state
  }

  /** Resolves when what was sent has left, or has had its time: whoever is on a slow line does not keep the others from the room. */
  async left(surroundings: Pick<Surroundings, 'timer'>): Promise<void> {
    for (let waited = 0; waited < leavingPatience && this.#state?.leaving === true; waited += leavingStep) {
      await new Promise<void>((resolve) => void surroundings.timer(leavingStep, resolve))
    }
  }

  welcome(newcomer: Newcomer): void {
    this.#waiting.add(newcomer)
    if (this.#state !== undefined) newcomer.offer(this.#state)
  }

  begin(checkpoint: Omit<Checkpoint, 'chunks'>): void {
    this.#begun = true
    this.#state?.abandon()
    this.#state = EarlyState.of(checkpoint)
    if (this.#state === undefined) return
    for (const newcomer of this.#waiting) newcomer.offer(this.#state)
  }

  chunk(chunk: Uint8Array): void {
    try {
      this.#state?.add(chunk)
    } catch {
      // The outline is of other chunks. The document itself may be whole: the room will say.
      this.#state?.abandon()
      this.#state = undefined
    }
  }

  /** A store that does not read in parts has read everything. */
  read({ chunks, ...checkpoint }: Checkpoint): void {
    if (this.#begun) return
    this.begin(checkpoint)
    for (const chunk of chunks) this.chunk(chunk)
  }
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}
