import {
  type CheckpointReader,
  CorruptRecordError,
  DocumentNotFoundError,
  type DocumentCatalog,
  type DocumentLog,
  type LoadedDocument,
  type Place,
  type Relay,
  type StoreError,
} from '@weft/persistence'
import type { Person } from '@weft/protocol'
import { ByteCount } from './byte-count.ts'
import { EarlyStates, type Newcomer } from './early-state.ts'
import type { RoomLimits } from './limits.ts'
import type { MemberFacts } from './member-facts.ts'
import type { Member, Seat } from './member.ts'
import type { RoomRelay } from './nodes/other-nodes.ts'
import { Probe, type Probed } from './nodes/probe.ts'
import { RelayFeed } from './nodes/relay-feed.ts'
import type { Pressure } from './pressure.ts'
import { Replica } from './replica.ts'
import { captureSettled, type ReplicaCapture } from './replica-capture.ts'
import { Room } from './room.ts'
import { DocumentEvents, type RoomsEvents } from './rooms-events.ts'
import type { Surroundings } from './surroundings.ts'
import type { Traffic } from './traffic.ts'
import { Turns } from './nodes/turns.ts'

/** What the rooms of a node are made with. */
export interface RoomsParts {
  readonly log: DocumentLog
  readonly catalog: DocumentCatalog
  /** Where several nodes share the store. */
  readonly relay?: Relay | undefined
  readonly compact: (document: string) => Promise<unknown>
  readonly limits: RoomLimits
  readonly surroundings: Surroundings
  readonly pressure: Pressure
  readonly events: RoomsEvents
  readonly traffic: Traffic
}

/** Logs that are read at once where nodes find that they have missed something: after an outage that may be all of them. */
const readsAtOnce = 16

/** A document that is being opened. */
interface Opening {
  readonly room: Promise<Room>
  readonly states: EarlyStates
}

/** What a room is made with that is shared with other nodes. */
interface Shared {
  readonly relay: Relay
  readonly feed: RelayFeed
}

/** A seat that was taken. */
export interface Seated {
  readonly room: Room
  readonly member: Member
}

/** The rooms of this node: opened by whoever comes first, unloaded after everyone has left (R7, R8). */
export class Rooms {
  readonly #parts: RoomsParts
  readonly #rooms = new Map<string, Room>()
  readonly #opening = new Map<string, Opening>()
  readonly #checkpointing = new Set<Promise<void>>()
  readonly #unsaved = new ByteCount()
  readonly #turns = new Turns(readsAtOnce)
  readonly #probe: Probe
  #cancelSweep: (() => void) | undefined
  #closed = false

  constructor(parts: RoomsParts) {
    this.#parts = parts
    const { log, surroundings } = parts
    this.#probe = new Probe({ log, surroundings, open: () => this.#openToOthers() })
  }

  /** How many documents are open. */
  get size(): number {
    return this.#rooms.size
  }

  /** How many documents are open, how many members they have, and how many bytes of theirs are not durable yet. */
  get load(): { readonly documents: number; readonly members: number; readonly unsavedBytes: number } {
    let members = 0
    for (const room of this.#rooms.values()) members += room.size
    return { documents: this.#rooms.size, members, unsavedBytes: this.#unsaved.bytes }
  }

  /** Who is shown to be in a document by those that are connected to this node; nobody where it is not open. */
  people(document: string): Person[] {
    return this.#rooms.get(document)?.people() ?? []
  }

  /** Who is seated in a document on this node; nobody where it is not open. */
  members(document: string): MemberFacts[] {
    return this.#rooms.get(document)?.members() ?? []
  }

  /** Sends a member away, which may come back. @returns whether it was here */
  remove(document: string, member: string): boolean {
    return this.#rooms.get(document)?.remove(member) ?? false
  }

  /** Whether a document is open here, or is being opened. */
  isOpen(document: string): boolean {
    return this.#rooms.has(document) || this.#opening.has(document)
  }

  /** All that a document holds, as updates; undefined where it is not open. */
  state(document: string): readonly Uint8Array[] | undefined {
    return this.#rooms.get(document)?.state()
  }

  /**
   * What a document's replica holds, once all of it is durable, or has not become so within a limit; undefined where it is not
   * open.
   *
   * @param limit milliseconds
   */
  async capture(document: string, limit: number): Promise<ReplicaCapture | undefined> {
    return await captureSettled(() => this.#rooms.get(document), limit, this.#parts.surroundings)
  }

  /** A document is gone: who has it open here is told. */
  end(document: string, error: StoreError): void {
    this.#rooms.get(document)?.end(error)
  }

  /**
   * Writes into a document, which is opened if need be and then left to its grace.
   *
   * @returns where it stands, once it is durable
   * @throws WriteRefusedError, StoreError
   */
  async write(document: string, update: Uint8Array, actor: string): Promise<Place> {
    for (;;) {
      const room = this.#rooms.get(document)
      if (room !== undefined) return await room.writes.write(update, actor)
      await this.#open(document, undefined, undefined)
    }
  }

  /**
   * Takes a seat in a document's room, which is opened if need be.
   *
   * @param create whether a document that never existed may be created
   * @param newcomer hears of the document's state where that can be sent before there is a room
   * @throws StoreError
   */
  async join(document: string, seat: Seat, create: boolean, newcomer?: Newcomer): Promise<Seated> {
    for (;;) {
      const room = this.#rooms.get(document)
      // Taking the seat must follow the look-up without a pause: a sweep could unload the room in between.
      if (room !== undefined) return { room, member: room.join(seat) }
      await this.#open(document, create ? seat.actor : undefined, newcomer)
    }
  }

  /**
   * Sends on and appends all that was taken in. Resolves when it is durable, or when the store has not taken it for so long.
   *
   * @param limit milliseconds
   * @returns the documents with something that is not durable
   */
  async settle(limit: number): Promise<string[]> {
    const { surroundings } = this.#parts
    const end = surroundings.now() + limit
    for (;;) {
      for (const room of this.#rooms.values()) room.flush()
      const open = [...this.#rooms.values()].filter((room) => !room.settled).map((room) => room.document)
      if (open.length === 0 || surroundings.now() >= end) return open
      await new Promise<void>((resolve) => surroundings.timer(5, resolve))
    }
  }

  /** Lets go of everything that is in memory. What is not durable by now is lost: `settle` first. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelSweep?.()
    this.#probe.end()
    for (const room of this.#rooms.values()) room.destroy()
    this.#rooms.clear()
    await Promise.all(this.#checkpointing)
  }

  async #open(document: string, creator: string | undefined, newcomer: Newcomer | undefined): Promise<void> {
    const opening = this.#opening.get(document) ?? this.#begin(document, creator)
    this.#opening.set(document, opening)
    if (newcomer !== undefined) opening.states.welcome(newcomer)
    try {
      await opening.room
    } finally {
      if (this.#opening.get(document) === opening) this.#opening.delete(document)
    }
  }

  #begin(document: string, creator: string | undefined): Opening {
    const states = new EarlyStates()
    return { states, room: this.#load(document, creator, states) }
  }

  async #load(document: string, creator: string | undefined, states: EarlyStates): Promise<Room> {
    const { relay } = this.#parts
    const feed = relay && (await RelayFeed.open(relay, document))
    try {
      const loaded = await this.#loadOrCreate(document, creator, states)
      if (loaded.checkpoint !== undefined) states.read(loaded.checkpoint)
      // Building the replica takes many times as long as the reading, and the sockets would wait for turns of it.
      states.state?.conclude(loaded.entries.map(({ update }) => update))
      await states.left(this.#parts.surroundings)
      const replica = await this.#hydrate(document, loaded, states.state?.base)
      return this.#make(document, loaded, replica, relay && feed && { relay, feed })
    } catch (error) {
      feed?.close()
      throw error
    }
  }

  #make(document: string, loaded: LoadedDocument, replica: Replica, shared: Shared | undefined): Room {
    const { log, limits, surroundings, pressure, events, traffic } = this.#parts
    const room: Room = new Room({
      document,
      loaded,
      replica,
      log,
      limits,
      surroundings,
      pressure,
      alone: () => this.#rooms.size === 1,
      unsaved: this.#unsaved,
      traffic,
      compact: () => this.#compact(document),
      relay: shared && this.#relayOf(document, shared),
      events: new DocumentEvents(document, events, () => this.#forget(room)),
    })
    this.#rooms.set(document, room)
    if (shared !== undefined && room.others !== undefined) {
      shared.feed.connect(room.others)
      this.#probe.start()
    }
    events.opened(document)
    if (replica.letGo) events.waitingLetGo(document)
    this.#sweepLater()
    return room
  }

  #relayOf(document: string, { relay, feed }: Shared): RoomRelay {
    return {
      node: relay.node,
      turns: this.#turns,
      // Lost presence is asked for again when the relay is back.
      publish: (message) => void relay.publish(document, message).catch(() => {}),
      probe: (probed) => this.#probe.ask(probed),
      watch: (probed) => this.#probe.watch(probed),
      leave: () => feed.close(),
    }
  }

  async #loadOrCreate(
    document: string,
    creator: string | undefined,
    reader: CheckpointReader,
  ): Promise<LoadedDocument> {
    const { log, catalog, surroundings } = this.#parts
    try {
      return await log.load(document, reader)
    } catch (error) {
      if (!(error instanceof DocumentNotFoundError) || creator === undefined) throw error
    }
    await catalog.create({ id: document, title: '', createdBy: creator, at: surroundings.now() })
    return await log.load(document)
  }

  async #hydrate(document: string, loaded: LoadedDocument, base: Uint8Array | undefined): Promise<Replica> {
    const pause = (): Promise<void> => new Promise((resolve) => this.#parts.surroundings.soon(resolve))
    try {
      return await Replica.hydrate(loaded, pause, base)
    } catch (cause) {
      throw new CorruptRecordError(document, undefined, 'Yjs cannot read what the log holds', { cause })
    }
  }

  async #compact(document: string): Promise<void> {
    try {
      await this.#parts.compact(document)
    } catch (error) {
      this.#parts.events.compactionFailed(document, error)
    }
  }

  *#openToOthers(): Generator<Probed> {
    for (const { others } of this.#rooms.values()) {
      if (others !== undefined) yield others
    }
  }

  #forget(room: Room): void {
    if (this.#rooms.get(room.document) !== room) return
    this.#rooms.delete(room.document)
    room.destroy()
    this.#parts.events.unloaded(room.document)
  }

  /** One timer for all rooms, and none while there are none. */
  #sweepLater(): void {
    if (this.#cancelSweep !== undefined || this.#closed) return
    const { surroundings, limits } = this.#parts
    this.#cancelSweep = surroundings.timer(Math.max(1, limits.emptyRoomGrace / 2), () => {
      this.#cancelSweep = undefined
      for (const room of this.#rooms.values()) if (room.idle) this.#unload(room)
      if (this.#rooms.size > 0) this.#sweepLater()
    })
  }

  #unload(room: Room): void {
    this.#forget(room)
    const done = room.checkpoint().finally(() => this.#checkpointing.delete(done))
    this.#checkpointing.add(done)
  }
}
