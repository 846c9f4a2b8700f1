/**
 * The port by which nodes speak to each other about what is no document's: who is where, what is open, what to close. It is for
 * questions whose answers may be missing. Nothing that is saved depends on it.
 *
 * @module
 */

/** Hears what other nodes send to this one. Must not throw. */
export type NodeListener = (message: string, from: string) => void

/** A node's ear. */
export interface NodeListening {
  /** Ends it. The listener hears nothing from the call on. It cannot fail. */
  close(): void
}

/** Messages from node to node: each is carried at most once, and none is kept. */
export interface NodeChannel {
  /** The name of this node, which its messages bear. */
  readonly node: string

  /**
   * Hears what is sent to this node. Resolves when what is sent from then on is heard. Where the connection is lost it is
   * taken up again; what was sent meanwhile is gone.
   *
   * @throws StoreUnavailableError
   */
  listen(listener: NodeListener): Promise<NodeListening>

  /**
   * Sends to a node, which may be this one.
   *
   * @returns whether anyone listens under that name. Whoever does may be too busy to hear it
   * @throws StoreUnavailableError: it may or may not have been heard
   */
  send(to: string, message: string): Promise<boolean>
}
