import type { AppendReceipt, DocumentLog, LoadedDocument, Place, RelayedAppend, StoreError } from '@weft/persistence'
import type { AwarenessEntry } from '@weft/protocol'
import { LogFollower, type Repair } from './log-follower.ts'
import type { Presence } from '../presence.ts'
import { PresenceExchange } from './presence-exchange.ts'
import type { Probed } from './probe.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Turns } from './turns.ts'

/** What connects a room with the rooms that other nodes have of the document. */
export interface RoomRelay {
  /** This node's name. */
  readonly node: string
  /** To the other nodes' rooms; it may be lost. */
  publish(message: Uint8Array): void
  /** Asks where the log ends: `headIs` is told. */
  probe(document: Probed): void
  /** Calls its `tick` every second, until that says that it need not. */
  watch(document: Probed): void
  /** The room is over. */
  leave(): void
  /** Documents of this node whose logs are read at once. */
  readonly turns: Turns
}

/** What a room tells of other nodes and of the log that it shares with them. */
export interface OtherNodesEvents {
  /** Something that another node appended did not come over the relay, and is read from the log. */
  missed(): void
  /** The log had lost something. */
  repaired(repair: Repair): void
  /** What the log holds by now cannot be read; the room goes on with what it has. */
  logUnreadable(error: unknown): void
}

/** What a room does for what it hears of other nodes. */
export interface Host {
  readonly presence: Presence
  /** Takes in what the log holds. */
  take(updates: readonly Uint8Array[]): void
  /** The whole state, with all that was taken in. */
  state(): Uint8Array
  /** The log goes on under another epoch, of the same life. */
  continued(epoch: string): void
  /** The document was deleted, or made anew. */
  ended(error: StoreError): void
  /** Tells a connection of this node that its client was told of as gone. */
  deny(owner: object, entry: AwarenessEntry): void
  /** There is something to send on. */
  wake(): void
}

/** What makes them. */
export interface OtherNodesParts {
  readonly document: string
  readonly relay: RoomRelay
  readonly log: DocumentLog
  /** The log, as it was loaded. */
  readonly loaded: LoadedDocument
  readonly surroundings: Surroundings
  readonly host: Host
  readonly events: OtherNodesEvents
}

/** The other nodes that have the document open, as a room sees them: what they append, and who is there. */
export class OtherNodes implements Probed {
  readonly document: string
  readonly #relay: RoomRelay
  readonly #host: Host
  readonly #follower: LogFollower
  readonly #exchange: PresenceExchange

  constructor({ document, relay, log, loaded, surroundings, host, events }: OtherNodesParts) {
    this.document = document
    this.#relay = relay
    this.#host = host
    this.#follower = new LogFollower({
      document,
      node: relay.node,
      log,
      loaded,
      surroundings,
      turns: relay.turns,
      following: {
        take: (updates) => host.take(updates),
        state: () => host.state(),
        continued: (epoch) => host.continued(epoch),
        missed: () => events.missed(),
        repaired: (repair) => events.repaired(repair),
        unreadable: (error) => events.logUnreadable(error),
        ended: (error) => host.ended(error),
      },
    })
    this.#exchange = new PresenceExchange({
      presence: host.presence,
      publish: (message) => relay.publish(message),
      deny: (owner, entry) => host.deny(owner, entry),
      now: () => surroundings.now(),
    })
  }

  /** What came while the document was loaded has been heard. */
  start(): void {
    this.#follower.start()
    this.#exchange.resume()
    this.#host.wake()
  }

  /** The relay brought an append. */
  heard(append: RelayedAppend): void {
    this.#follower.heard(append)
  }

  /** This node appended, and the log has it. */
  appended(receipt: AppendReceipt): void {
    this.#follower.appended(receipt)
  }

  /** Another node's room says something of presence. */
  heardPresence(message: Uint8Array, origin: string): void {
    this.#exchange.hear(message, origin)
    if (this.#exchange.watching) this.#relay.watch(this)
    this.#host.wake()
  }

  /** The relay may have lost something. */
  resumed(): void {
    this.#relay.probe(this)
    this.#exchange.resume()
    this.#host.wake()
  }

  /** The log was asked where it ends; undefined where there is none. */
  headIs(head: Place | undefined): void {
    this.#follower.headIs(head)
  }

  /** An append found no such log. @returns that it is mended */
  outdated(): boolean {
    this.#follower.outdated()
    return true
  }

  /** Up to where in the log the replica has heard all of it. */
  get place(): Place {
    return this.#follower.place
  }

  /** When the log was last known to end where the replica is, in milliseconds since 1970. */
  get confirmed(): number {
    return this.#follower.confirmed
  }

  /** Whether another node waits to be told who is here. */
  get asked(): boolean {
    return this.#exchange.asked
  }

  /** Tells other nodes of clients that are connected here and have changed. */
  publish(changed: readonly AwarenessEntry[]): void {
    this.#exchange.publish(changed)
  }

  tick(): boolean {
    if (this.#exchange.expire()) this.#host.wake()
    return this.#exchange.watching
  }

  end(): void {
    this.#exchange.end()
    this.#follower.end()
    this.#relay.leave()
  }
}
