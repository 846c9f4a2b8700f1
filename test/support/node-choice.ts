/** The way that a load balancer leads clients to nodes, without the balancer: each attempt goes to the next node that is up. */
export class NodeChoice {
  /** For the SDK's option `WebSocket`. */
  readonly WebSocket: typeof WebSocket
  #nodes: readonly string[]
  #next = 0

  /** @param nodes the nodes' bases, `http://127.0.0.1:8787` */
  constructor(nodes: readonly string[]) {
    this.#nodes = nodes
    const choose = (): string => this.#choose()
    this.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        const chosen = new URL(url)
        chosen.host = new URL(choose()).host
        super(chosen, protocols)
      }
    }
  }

  /** From now on attempts go to these nodes. What is connected stays where it is. */
  use(nodes: readonly string[]): void {
    this.#nodes = nodes
  }

  #choose(): string {
    const node = this.#nodes[this.#next++ % this.#nodes.length]
    if (node === undefined) throw new RangeError('there are no nodes')
    return node
  }
}
