import { type AwarenessEntry, decodeAwareness, encodeAwareness } from '@weft/protocol'
import { type Presence, RemoteNode } from '../presence.ts'

/**
 * A client of another node that was not heard of for so long is gone, in milliseconds: its node may have died. Clients renew what
 * they show every 15 to 18 s, and a room hands that on within 5 s. All must be over within 30 s (R6).
 */
const silence = 27_000

/** What nodes say to each other of a document beside its updates: a byte that says what, and what it is about. */
const kinds = { states: 1, question: 2 } as const

/** What an exchange needs of its room. */
export interface ExchangeParts {
  readonly presence: Presence
  /** To the other nodes that have the document open. What is lost on the way is asked for when the relay is back. */
  readonly publish: (message: Uint8Array) => void
  /** Tells a connection of this node that its client was told of as gone. */
  readonly deny: (owner: object, entry: AwarenessEntry) => void
  readonly now: () => number
}

/** Presence across nodes: each tells of its own clients, and asks who is there when it has missed something. */
export class PresenceExchange {
  readonly #parts: ExchangeParts
  readonly #nodes = new Map<string, RemoteNode>()
  readonly #heard = new Map<number, { readonly node: RemoteNode; readonly at: number }>()
  #asked = false

  constructor(parts: ExchangeParts) {
    this.#parts = parts
  }

  /** Whether another node waits to be told who is here. */
  get asked(): boolean {
    return this.#asked
  }

  /** Messages may have been missed: says who is here, and asks who is there. */
  resume(): void {
    this.#publish(kinds.question, new Uint8Array())
    this.#asked = true
  }

  /**
   * Tells other nodes of the clients of this one.
   *
   * @param changed those of them that changed
   */
  publish(changed: readonly AwarenessEntry[]): void {
    const entries = this.#asked ? [...this.#parts.presence.here(), ...changed.filter(isGone)] : changed
    this.#asked = false
    if (entries.length > 0) this.#publish(kinds.states, encodeAwareness(entries))
  }

  /** Another node says something. What cannot be read is of a newer Weft, and told again in a way that can. */
  hear(message: Uint8Array, origin: string): void {
    const [kind] = message
    if (kind === kinds.question) this.#asked = true
    if (kind !== kinds.states) return
    const entries = readable(message.subarray(1))
    const node = this.#nodeOf(origin)
    const at = this.#parts.now()
    for (const { clientId } of entries) this.#heard.set(clientId, { node, at })
    const { gone, denied } = this.#parts.presence.hear(node, entries)
    if (gone.length > 0) this.#publish(kinds.states, encodeAwareness(gone))
    for (const { owner, entry } of denied) this.#parts.deny(owner, entry)
  }

  /** Whether clients of other nodes were heard of, whose nodes may go silent. */
  get watching(): boolean {
    return this.#heard.size > 0
  }

  /** Lets go of those whose nodes have gone silent. Called every few seconds at most. @returns whether there were any */
  expire(): boolean {
    const oldest = this.#parts.now() - silence
    const before = this.#heard.size
    for (const [clientId, { node, at }] of this.#heard) {
      if (at > oldest) continue
      this.#heard.delete(clientId)
      this.#parts.presence.expire(node, clientId)
    }
    return this.#heard.size < before
  }

  /** The room is over. */
  end(): void {
    this.#heard.clear()
  }

  #nodeOf(name: string): RemoteNode {
    const node = this.#nodes.get(name) ?? new RemoteNode(name)
    this.#nodes.set(name, node)
    return node
  }

  #publish(kind: number, body: Uint8Array): void {
    const message = new Uint8Array(1 + body.byteLength)
    message[0] = kind
    message.set(body, 1)
    this.#parts.publish(message)
  }
}

function isGone({ json }: AwarenessEntry): boolean {
  return json === 'null'
}

function readable(bytes: Uint8Array): AwarenessEntry[] {
  try {
    return decodeAwareness(bytes)
  } catch {
    return []
  }
}
