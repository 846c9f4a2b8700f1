/**
 * The port to the relay: how nodes hear of each other's appends and presence. It carries each message at most once (X1); what
 * it drops is found by places and read from the log.
 *
 * How a room uses it: subscribe and wait for that, then load the log; messages that arrive meanwhile queue behind the load.
 * An append's update is applied whatever its place says. One's own place moves only when `first` is its position + 1 and
 * `previousTip` its tip. Anything else that lies ahead is a gap once it has lasted for 50 ms: a node's own reply may overtake
 * another node's message. Gaps, `resumed` and a probe that finds another head are mended by reading the log from one's own
 * position, which is included so that its tip tells a fork from a gap.
 *
 * @module
 */

import type { AppendReceipt, Entry } from './document-log.ts'

/** One append, as every node that has its document open hears of it, the one that appended included. */
export interface RelayedAppend extends AppendReceipt {
  /** The node that appended. */
  readonly origin: string
  /** All entries of the append, in order. Only together are they sure to have what they depend on. */
  readonly entries: readonly Entry[]
}

/** What a node is told of a document that it is subscribed to. Listeners must not throw. */
export interface RelayListener {
  /** Someone appended. One's own appends come too: they alone move one's place. */
  appended(append: RelayedAppend): void
  /** Another node's room published a message, such as presence. Its bytes are the rooms' own; one's own never come back. */
  published(message: Uint8Array, origin: string): void
  /** Messages may have been missed: the subscription was lost and is there again, or a message could not be read. */
  resumed(): void
}

/** A node's seat at one document's channel. */
export interface RelaySubscription {
  /** Ends it. The listener hears nothing from the call on. It cannot fail: what is lost with its connection is ended too. */
  close(): void
}

/** Publish and subscribe between nodes. Appends are published by the log itself, in the script that appends. */
export interface Relay {
  /** The name of this node, which its own messages bear as their origin. */
  readonly node: string

  /**
   * Listens to a document. Resolves when the subscription is acknowledged: whatever is appended from then on is either heard
   * or followed by `resumed`. A subscription that is lost is taken up again until it is closed.
   *
   * @throws StoreUnavailableError
   */
  subscribe(document: string, listener: RelayListener): Promise<RelaySubscription>

  /**
   * Publishes a room's own message, such as presence, to the other nodes that are subscribed to the document. Never kept, never
   * repeated.
   *
   * @throws StoreUnavailableError: it may or may not have been heard
   */
  publish(document: string, message: Uint8Array): Promise<void>
}
