import { Compactor, type Place, type Store, type StoreError, StoreUnavailableError } from '@weft/persistence'
import type { Person } from '@weft/protocol'
import { MeasuredLog } from './measured-log.ts'
import type { Metrics } from './observability/metrics.ts'
import type { Newcomer } from './room/early-state.ts'
import type { RoomLimits } from './room/limits.ts'
import type { MemberFacts } from './room/member-facts.ts'
import type { Seat } from './room/member.ts'
import type { Pressure } from './room/pressure.ts'
import type { ReplicaCapture } from './room/replica-capture.ts'
import { Rooms, type Seated } from './room/rooms.ts'
import type { RoomsEvents } from './room/rooms-events.ts'
import type { Surroundings } from './room/surroundings.ts'

/** What live documents are made with. */
export interface LiveDocumentsParts {
  readonly limits: RoomLimits
  readonly surroundings: Surroundings
  readonly pressure: Pressure
  readonly events: RoomsEvents
  readonly metrics: Metrics
  /** A checkpoint was made that covers a document's log up to a position at least. */
  readonly compacted: (document: string, position: number) => void
}

/** The documents that are open on this node: none before there is a store. */
export class LiveDocuments {
  readonly #parts: LiveDocumentsParts
  #over: { readonly rooms: Rooms; readonly compactor: Compactor } | undefined

  constructor(parts: LiveDocumentsParts) {
    this.#parts = parts
  }

  /** The store is there: from now on documents can be opened. */
  begin(store: Store): void {
    const { metrics, compacted, ...parts } = this.#parts
    const log = new MeasuredLog(store.log, metrics)
    const compactor = new Compactor(log)
    const compact = async (document: string): Promise<void> => {
      const [before] = await log.heads([document])
      const result = await compactor.compact(document)
      metrics.compacted(result)
      if (result === 'done' && before !== undefined) compacted(document, before.position)
    }
    this.#over = {
      compactor,
      rooms: new Rooms({
        ...parts,
        traffic: metrics.traffic,
        log,
        catalog: store.catalog,
        relay: store.relay,
        compact,
      }),
    }
  }

  /** @throws StoreError; StoreUnavailableError where there is no store yet */
  async join(document: string, seat: Seat, create: boolean, newcomer?: Newcomer): Promise<Seated> {
    if (this.#over === undefined) throw new StoreUnavailableError('the store is not there yet')
    return await this.#over.rooms.join(document, seat, create, newcomer)
  }

  /** As `Rooms.isOpen`. */
  isOpen(document: string): boolean {
    return this.#over?.rooms.isOpen(document) ?? false
  }

  /** All that a document holds, as updates; undefined where it is not open here. */
  state(document: string): readonly Uint8Array[] | undefined {
    return this.#over?.rooms.state(document)
  }

  /** As `Rooms.capture`. */
  async capture(document: string, limit: number): Promise<ReplicaCapture | undefined> {
    return await this.#over?.rooms.capture(document, limit)
  }

  /** A document is gone: who has it open here is told. Other nodes find out by themselves within some seconds. */
  end(document: string, error: StoreError): void {
    this.#over?.rooms.end(document, error)
  }

  /**
   * Writes into a document's room.
   *
   * @returns where it stands, once it is durable; undefined where this node has no rooms
   * @throws WriteRefusedError, StoreError
   */
  async write(document: string, update: Uint8Array, actor: string): Promise<Place | undefined> {
    return await this.#over?.rooms.write(document, update, actor)
  }

  /** As `Rooms.people`. */
  people(document: string): Person[] {
    return this.#over?.rooms.people(document) ?? []
  }

  /** As `Rooms.members`. */
  members(document: string): MemberFacts[] {
    return this.#over?.rooms.members(document) ?? []
  }

  /** As `Rooms.remove`. */
  remove(document: string, member: string): boolean {
    return this.#over?.rooms.remove(document, member) ?? false
  }

  /** How many documents are open, how many members they have, and how many bytes of theirs are not durable yet. */
  get load(): { readonly documents: number; readonly members: number; readonly unsavedBytes: number } {
    return this.#over?.rooms.load ?? { documents: 0, members: 0, unsavedBytes: 0 }
  }

  /** As `Rooms.settle`. */
  async settle(limit: number): Promise<string[]> {
    return (await this.#over?.rooms.settle(limit)) ?? []
  }

  /** Lets go of everything. */
  async close(): Promise<void> {
    await Promise.all([this.#over?.rooms.close(), this.#over?.compactor.close()])
  }
}
