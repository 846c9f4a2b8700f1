import type { StoreError } from '@weft/persistence'
import type { RefusalKind } from '@weft/protocol'
import type { Member } from './member.ts'
import type { Repair } from './nodes/log-follower.ts'
import type { RoomEvents } from './room-parts.ts'

/** What happens in rooms that an operator wants to know. */
export interface RoomsEvents {
  opened(document: string): void
  unloaded(document: string): void
  refused(document: string, kind: RefusalKind, actor: string, text: string): void
  /** The store does not take a document's appends; said once until it does again. */
  storeFailing(document: string, error: StoreError): void
  storeRecovered(document: string): void
  /** Updates that waited for others could never be integrated, and were let go: a client wrote what contradicts itself. */
  waitingLetGo(document: string): void
  /** Somebody took a seat, or left it. */
  joined(document: string, member: Member): void
  left(document: string, member: Member): void
  /** A document could not be compacted. Nothing is lost; it is tried again later. */
  compactionFailed(document: string, error: unknown): void
  /** Something did not come over the relay, and is read from the log. */
  relayMissed(document: string): void
  /** A log had lost something, and was mended. */
  logRepaired(document: string, repair: Repair): void
  /** What a log holds by now cannot be read; said once until it can. */
  logUnreadable(document: string, error: unknown): void
}

/** Says of one room's events which document they are about. A class, since closures for each event are a part of what a room takes. */
export class DocumentEvents implements RoomEvents {
  readonly #document: string
  readonly #events: RoomsEvents
  readonly #ended: () => void

  /** @param ended the room is over */
  constructor(document: string, events: RoomsEvents, ended: () => void) {
    this.#document = document
    this.#events = events
    this.#ended = ended
  }

  refused(kind: RefusalKind, actor: string, text: string): void {
    this.#events.refused(this.#document, kind, actor, text)
  }

  waitingLetGo(): void {
    this.#events.waitingLetGo(this.#document)
  }

  joined(member: Member): void {
    this.#events.joined(this.#document, member)
  }

  left(member: Member): void {
    this.#events.left(this.#document, member)
  }

  storeFailing(error: StoreError): void {
    this.#events.storeFailing(this.#document, error)
  }

  storeRecovered(): void {
    this.#events.storeRecovered(this.#document)
  }

  missed(): void {
    this.#events.relayMissed(this.#document)
  }

  repaired(repair: Repair): void {
    this.#events.logRepaired(this.#document, repair)
  }

  logUnreadable(error: unknown): void {
    this.#events.logUnreadable(this.#document, error)
  }

  ended(): void {
    this.#ended()
  }
}
