import type { NodeChannel, NodeListener } from '../node-channel.ts'

/** The channels between the nodes of one process: for tests of several of them. */
export class MemoryChannels {
  readonly #listeners = new Map<string, Set<NodeListener>>()

  /** The channel as the node of this name has it. */
  of(node: string): NodeChannel {
    return {
      node,
      listen: async (listener) => {
        const seat: NodeListener = (message, from) => listener(message, from)
        const seats = this.#listeners.get(node) ?? new Set()
        this.#listeners.set(node, seats.add(seat))
        return { close: () => void seats.delete(seat) }
      },
      send: async (to, message) => {
        const seats = this.#listeners.get(to)
        // As over a wire: it is heard after whoever sent it has gone on.
        for (const seat of seats ?? []) setImmediate(() => seats?.has(seat) === true && seat(message, node))
        return (seats?.size ?? 0) > 0
      },
    }
  }
}
