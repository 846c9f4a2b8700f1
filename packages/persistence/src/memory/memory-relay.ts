import type { AppendReceipt, AppendRequest, DocumentLog, Entry } from '../document-log.ts'
import { StoreUnavailableError } from '../errors.ts'
import type { Relay, RelayedAppend, RelayListener, RelaySubscription } from '../relay.ts'
import type { Store } from '../store.ts'
import { MemoryChannels } from './memory-channels.ts'
import { MemoryNodes } from './memory-nodes.ts'

/** A message on its way to one node. The test decides what becomes of it. */
export interface MemoryRelayMessage {
  readonly document: string
  /** The node that published. */
  readonly from: string
  /** The node that it is for. */
  readonly to: string
  readonly content: RelayedAppend | Uint8Array
}

/** A node of a memory relay: a store whose appends the others hear, and the relay on which it hears theirs. */
export interface MemoryRelayNode {
  readonly store: Store
  readonly relay: Relay
}

interface Seat {
  readonly node: string
  readonly document: string
  readonly listener: RelayListener
}

/**
 * A relay between several nodes in one process, over one memory store, whose messages the test moves by hand: it may drop
 * them, hold them back or deliver them twice, and cut a node off.
 */
export class MemoryRelay {
  /** Messages on their way, in the order in which they were published. */
  readonly inTransit: MemoryRelayMessage[] = []
  readonly #nodes = new MemoryNodes()
  readonly #channels = new MemoryChannels()
  readonly #store: Store
  readonly #seats = new Set<Seat>()
  readonly #down = new Set<string>()

  constructor(store: Store) {
    this.#store = store
  }

  /** A node by its name. It shares the store with the others; closing it leaves the store open for them. */
  node(name: string): MemoryRelayNode {
    const { catalog, changes, log, files, revocations, collections } = this.#store
    const publishing = publishAppends(log, name, (document, append) => this.#publish(document, name, append))
    const store: Store = {
      catalog,
      changes,
      log: publishing,
      files,
      revocations,
      collections,
      nodes: this.#nodes,
      channel: this.#channels.of(name),
      check: () => this.#store.check(),
      close: () => Promise.resolve(),
    }
    return { store, relay: this.#relayOf(name) }
  }

  /** Delivers a message, which need not be in transit any more: delivering it again makes a duplicate. */
  deliver(message: MemoryRelayMessage): void {
    this.#remove(message)
    for (const { node, document, listener } of this.#seats) {
      if (node !== message.to || document !== message.document) continue
      const { content } = message
      if (content instanceof Uint8Array) listener.published(content, message.from)
      else listener.appended(content)
    }
  }

  /** Loses a message. */
  drop(message: MemoryRelayMessage): void {
    this.#remove(message)
  }

  /** Delivers everything in order, what is published meanwhile included. */
  deliverAll(): void {
    for (let next = this.inTransit[0]; next !== undefined; next = this.inTransit[0]) this.deliver(next)
  }

  /** Cuts a node's subscriptions off: what is on its way to it is lost, and what is published until `reconnect`. */
  disconnect(node: string): void {
    this.#down.add(node)
    for (const message of this.inTransit.filter(({ to }) => to === node)) this.drop(message)
  }

  /** Brings a node's subscriptions back, and tells its listeners. */
  reconnect(node: string): void {
    if (!this.#down.delete(node)) return
    for (const seat of this.#seats) if (seat.node === node) seat.listener.resumed()
  }

  #relayOf(node: string): Relay {
    return {
      node,
      subscribe: async (document, listener): Promise<RelaySubscription> => {
        if (this.#down.has(node)) throw new StoreUnavailableError(`${node} is cut off from the relay`)
        const seat: Seat = { node, document, listener }
        this.#seats.add(seat)
        return { close: () => void this.#seats.delete(seat) }
      },
      publish: async (document, message): Promise<void> => {
        if (this.#down.has(node)) throw new StoreUnavailableError(`${node} is cut off from the relay`)
        this.#publish(document, node, message.slice())
      },
    }
  }

  #publish(document: string, from: string, content: RelayedAppend | Uint8Array): void {
    const nodes = new Set([...this.#seats].filter((seat) => seat.document === document).map(({ node }) => node))
    for (const to of nodes) {
      if (this.#down.has(to) || (content instanceof Uint8Array && to === from)) continue
      this.inTransit.push({ document, from, to, content })
    }
  }

  #remove(message: MemoryRelayMessage): void {
    const index = this.inTransit.indexOf(message)
    if (index !== -1) this.inTransit.splice(index, 1)
  }
}

/** The log with its appends published, each once however often its token is repeated. */
function publishAppends(
  log: DocumentLog,
  origin: string,
  publish: (document: string, append: RelayedAppend) => void,
): DocumentLog {
  return {
    load: (document, reader) => log.load(document, reader),
    read: (document, from) => log.read(document, from),
    replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
    heads: (documents) => log.heads(documents),
    begin: (document, lost, at) => log.begin(document, lost, at),
    append: async (document, request): Promise<AppendReceipt> => {
      const [before] = await log.heads([document])
      const receipt = await log.append(document, request)
      const repeated = before !== undefined && receipt.first <= before.position
      if (!repeated) publish(document, { ...receipt, origin, entries: entriesOf(request, receipt) })
      return receipt
    },
  }
}

function entriesOf({ entries }: AppendRequest, { first, last, tip }: AppendReceipt): Entry[] {
  // Only the last tip is told by an append; nobody compares those inside of it.
  return entries.map(({ update, actor, at }, index) => {
    const position = first + index
    return { position, update: update.slice(), actor, at, tip: position === last ? tip : `${tip}-${position}` }
  })
}
