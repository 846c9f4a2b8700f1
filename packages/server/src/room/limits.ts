/** The bounds of rooms and members. All sizes are bytes, all times milliseconds. */
export interface RoomLimits {
  /** A document whose encoded state is larger takes no more updates. */
  readonly documentBytes: number
  /** What is handed to a member's socket before the rest waits in its queue, where it can still be dropped. */
  readonly memberWireBytes: number
  /** What may wait for one slow member before its queue is dropped and it is caught up instead (R4). */
  readonly memberQueueBytes: number
  /** Updates of one member that wait for others which have not come (R9). */
  readonly waitingBytesPerMember: number
  /** The same for all members of a room together. */
  readonly waitingBytesPerRoom: number
  /** Deletions that wait for what they delete. Yjs reads and writes all of them anew at every update. */
  readonly waitingDeleteBytes: number
  /** Updates of a document that the store has not taken yet; past it nothing more is taken in. */
  readonly unsavedBytesPerDocument: number
  /** The same for all documents of a node together. */
  readonly unsavedBytesPerNode: number
  /** Updates that a room applies before other rooms have their turn. */
  readonly updatesPerTurn: number
  /** The same in bytes. One update may be larger. */
  readonly bytesPerTurn: number
  /** A state or difference is sent over a slow link in parts of about so many bytes. */
  readonly statePartBytes: number
  /** How long a room without members stays in memory (R8). */
  readonly emptyRoomGrace: number
}

const KiB = 1024
const MiB = 1024 * KiB

/** The defaults. */
export const defaultRoomLimits: RoomLimits = {
  // Yjs needs about 11 times the encoded size once hydrated: this is what a node of a few GiB can still hold.
  documentBytes: 256 * MiB,
  // Enough to keep a fast link busy over a long round trip.
  memberWireBytes: 256 * KiB,
  // Some seconds of a busy room; past that one difference is cheaper than the queue.
  memberQueueBytes: 4 * MiB,
  waitingBytesPerMember: 1 * MiB,
  waitingBytesPerRoom: 4 * MiB,
  // Some ten thousand ranges, which cost each update about a millisecond.
  waitingDeleteBytes: 32 * KiB,
  // Twice the largest message, so that one may be in flight while the next is read.
  unsavedBytesPerDocument: 32 * MiB,
  // A quarter of the heap that Node gives itself on a small machine.
  unsavedBytesPerNode: 512 * MiB,
  // Some ten milliseconds of work.
  updatesPerTurn: 1_000,
  bytesPerTurn: 1 * MiB,
  // Arrives within 30 s over 0.6 Mbit/s. Each part costs the client another merge of all that came before.
  statePartBytes: 2 * MiB,
  // Long enough for a reload or a change of network to find the document still warm.
  emptyRoomGrace: 30_000,
}
