import type { Member } from './member.ts'
import type { DocumentLog, LoadedDocument, StoreError } from '@weft/persistence'
import type { ClientMessage, RefusalKind } from '@weft/protocol'
import type { ByteCount } from './byte-count.ts'
import type { RoomLimits } from './limits.ts'
import type { OtherNodesEvents, RoomRelay } from './nodes/other-nodes.ts'
import type { Pressure } from './pressure.ts'
import type { Replica } from './replica.ts'
import type { Surroundings } from './surroundings.ts'
import type { Traffic } from './traffic.ts'

/** What a client may say to a room. Who may do what was settled before: a fresh token is its connection's business. */
export type RoomMessage = Exclude<ClientMessage, { readonly type: 'token' }>

/** What a room tells the one who keeps it. */
export interface RoomEvents extends OtherNodesEvents {
  joined(member: Member): void
  left(member: Member): void
  /** A member lost its connection, or a frame was refused. */
  refused(kind: RefusalKind, actor: string, text: string): void
  /** Some of what waited for other updates could never be integrated, and was let go. */
  waitingLetGo(): void
  storeFailing(error: StoreError): void
  storeRecovered(): void
  /** The document is gone or another one: the room is over, its members are closed. */
  ended(error: StoreError): void
}

/** What a room is made with. */
export interface RoomParts {
  readonly document: string
  readonly loaded: LoadedDocument
  readonly replica: Replica
  readonly log: DocumentLog
  /** Compacts the document's log; never rejects. */
  readonly compact: () => Promise<unknown>
  readonly limits: RoomLimits
  readonly surroundings: Surroundings
  readonly pressure: Pressure
  /** Whether no other document is open on the node, so that nobody waits for a turn. */
  readonly alone: () => boolean
  /** What is not durable yet of all documents of the node. */
  readonly unsaved: ByteCount
  readonly events: RoomEvents
  readonly traffic: Traffic
  /** Only where several nodes share the log. */
  readonly relay?: RoomRelay | undefined
}
