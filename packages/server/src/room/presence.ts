import { absent, type AwarenessEntry, personOf, type Person } from '@weft/protocol'

/** How many clients that left are remembered with their clock. Past it the oldest go: such a client is seen again at its next tick. */
const maxRemembered = 4096

/** Another node, which speaks for the clients that are connected to it. */
export class RemoteNode {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** What has to be said after another node was heard. */
export interface Contradictions {
  /** For all nodes: clients that were told of as gone at that clock, which theirs must outdo to be seen again. */
  readonly gone: readonly AwarenessEntry[]
  /** For a connection of this node: another node says that its client is gone. */
  readonly denied: readonly { readonly owner: object; readonly entry: AwarenessEntry }[]
}

/** What is to be heard. */
export interface PresenceTaken {
  /** By everyone here. */
  readonly all: AwarenessEntry[]
  /** By other nodes. */
  readonly here: AwarenessEntry[]
  /** Whether a telling begins with it. */
  readonly begins: boolean
}

interface Shown {
  readonly owner: object
  clock: number
  json: string
}

/**
 * Who is in a room, by Yjs client id. States are kept as the text they came as and are handed on unparsed.
 *
 * Stock clients send presence that they receive back to the server, so a message is no proof that its sender is who it speaks
 * of. A connection speaks only for the id it claimed: that of its first message which names a single one and is no echo.
 */
export class Presence {
  readonly #shown = new Map<number, Shown>()
  readonly #gone = new Map<number, number>()
  readonly #claims = new Map<object, number>()
  #changed = new Set<number>()
  /** Those of them that everyone is being told of, a part at a time. */
  #telling = new Set<number>()
  readonly #renewed = new Set<number>()
  /** Those of them that changed here, so that other nodes have to hear of it. */
  readonly #changedHere = new Set<number>()
  /** Clients of this node that another one told of as gone: what they say next is news there, though it may be none here. */
  readonly #denied = new Set<number>()

  /** Whether something changed that others should hear of now. */
  get changed(): boolean {
    return this.#changed.size > 0 || this.telling
  }

  /** Whether not all was told of what had changed when the telling began. */
  get telling(): boolean {
    return this.#telling.size > 0
  }

  /** Whether a state was renewed unchanged: others need to hear of it only before their 30 s timers run out. */
  get renewed(): boolean {
    return this.#renewed.size > 0
  }

  /**
   * Takes a message of a connection.
   *
   * @param opening whether the connection has not answered step 1 yet. A stock client announces itself before that; what it
   *   repeats of others comes after
   * @returns what to answer that connection: removals that it must outdo, so that it is seen again (stock clients do, by
   *   raising their clock when someone else says they are gone)
   */
  receive(owner: object, entries: readonly AwarenessEntry[], opening: boolean): AwarenessEntry[] {
    const [first] = entries
    if (!this.#claims.has(owner) && first !== undefined && entries.length === 1)
      return this.#claim(owner, first, opening)
    const claimed = this.#claims.get(owner)
    const shown = claimed === undefined ? undefined : this.#shown.get(claimed)
    // A newer connection speaks for this client by now. One that another node took over in error is taken back by a newer clock.
    if (shown !== undefined && shown.owner !== owner && !(shown.owner instanceof RemoteNode)) return []
    const answers: AwarenessEntry[] = []
    for (const entry of entries) {
      if (entry.clientId === claimed) answers.push(...this.#update(owner, entry))
    }
    return answers
  }

  /** A connection is gone, and what it showed with it, unless a newer connection speaks for the same client. */
  leave(owner: object): void {
    const clientId = this.#claims.get(owner)
    this.#claims.delete(owner)
    if (clientId === undefined) return
    const shown = this.#shown.get(clientId)
    if (shown?.owner !== owner) return
    this.#remove(clientId, shown.clock)
    this.#changedHere.add(clientId)
  }

  /**
   * Another node tells of its clients. The newest claim wins, even at an equal clock: it is the same client, connected elsewhere
   * by now.
   */
  hear(node: RemoteNode, entries: readonly AwarenessEntry[]): Contradictions {
    const gone: AwarenessEntry[] = []
    const denied: { owner: object; entry: AwarenessEntry }[] = []
    for (const entry of entries) {
      const { clientId, clock, json } = entry
      const shown = this.#shown.get(clientId)
      const goneAt = this.#gone.get(clientId)
      if (json === absent) {
        if (shown === undefined || clock < shown.clock) continue
        if (shown.owner === node) this.#remove(clientId, clock)
        else if (!(shown.owner instanceof RemoteNode)) {
          denied.push({ owner: shown.owner, entry })
          this.#denied.add(clientId)
        }
      } else if (goneAt !== undefined && clock <= goneAt) gone.push({ clientId, clock: goneAt, json: absent })
      else if (shown === undefined || clock > shown.clock) this.#show(node, entry)
      else if (clock === shown.clock) this.#shown.set(clientId, { ...shown, owner: node })
    }
    return { gone, denied }
  }

  /** Another node has not been heard of a client for too long. */
  expire(node: RemoteNode, clientId: number): void {
    const shown = this.#shown.get(clientId)
    if (shown?.owner === node) this.#remove(clientId, shown.clock)
  }

  /**
   * What has to be heard since the last call: by everyone here, and by other nodes.
   *
   * @param bytes of how much everyone here is told, about, but of one client at least
   * @param mayBegin whether another telling may begin: that is of what has changed since the last one began, once that is over
   */
  take(bytes: number, mayBegin: boolean): PresenceTaken {
    const all = this.#told(bytes)
    const begins = mayBegin && !this.telling
    if (begins) {
      this.#telling = new Set([...this.#changed, ...this.#renewed])
      this.#changed = new Set()
      this.#renewed.clear()
      const taken = all.reduce((sum, { json }) => sum + json.length, 0)
      all.push(...this.#told(bytes - taken))
    }
    const here = [...this.#changedHere].flatMap((clientId) => this.#entry(clientId))
    this.#changedHere.clear()
    return { all, here, begins }
  }

  /** Those that are connected to this node. */
  here(): AwarenessEntry[] {
    return [...this.#shown].flatMap(([clientId, { owner }]) =>
      owner instanceof RemoteNode ? [] : this.#entry(clientId),
    )
  }

  /** Everyone who is shown. */
  all(): AwarenessEntry[] {
    return [...this.#shown.keys()].flatMap((clientId) => this.#entry(clientId))
  }

  /** The people that the states of this node's connections name, each connection's once. */
  people(): Person[] {
    return [...this.#shown.values()].flatMap((shown) => {
      if (shown.owner instanceof RemoteNode) return []
      return personOf(JSON.parse(shown.json)) ?? []
    })
  }

  /** Whom a connection shows; undefined where it names nobody. */
  personOf(owner: object): Person | undefined {
    const shown = this.#shown.get(this.#claims.get(owner) ?? -1)
    return shown?.owner === owner ? personOf(JSON.parse(shown.json)) : undefined
  }

  #told(bytes: number): AwarenessEntry[] {
    const told: AwarenessEntry[] = []
    let taken = 0
    for (const clientId of this.#telling) {
      if (taken >= bytes) break
      this.#telling.delete(clientId)
      for (const entry of this.#entry(clientId)) {
        told.push(entry)
        taken += entry.json.length
      }
    }
    return told
  }

  #claim(owner: object, entry: AwarenessEntry, opening: boolean): AwarenessEntry[] {
    const { clientId, clock } = entry
    const shown = this.#shown.get(clientId)
    const known = shown?.clock ?? this.#gone.get(clientId) ?? -1
    // What is not newer than what is known is an echo of somebody else, unless it opens a connection.
    if (clock <= known && !opening) return []
    this.#claims.set(owner, clientId)
    // The newest claim wins even at an equal clock: it is the same client, back before its old connection was missed.
    if (shown !== undefined) {
      this.#shown.set(clientId, { ...shown, owner })
      this.#changedHere.add(clientId)
      if (shown.owner instanceof RemoteNode) this.#renewed.add(clientId)
    }
    return this.#update(owner, entry)
  }

  #update(owner: object, entry: AwarenessEntry): AwarenessEntry[] {
    const { clientId, clock, json } = entry
    const gone = this.#gone.get(clientId)
    if (gone !== undefined && clock <= gone && json !== absent) return [{ clientId, clock: gone, json: absent }]
    const shown = this.#shown.get(clientId)
    if (json === absent) {
      if (shown === undefined || clock < shown.clock) return []
      this.#remove(clientId, clock)
    } else if (shown !== undefined && clock <= shown.clock) return []
    else this.#show(owner, entry)
    this.#changedHere.add(clientId)
    return []
  }

  #show(owner: object, { clientId, clock, json }: AwarenessEntry): void {
    const shown = this.#shown.get(clientId)
    this.#gone.delete(clientId)
    const unchanged = shown?.json === json
    this.#shown.set(clientId, { owner, clock, json: unchanged ? shown.json : json })
    const waits = this.#changed.has(clientId) || this.#telling.has(clientId)
    const quiet = unchanged && !waits && !this.#denied.delete(clientId)
    if (quiet) this.#renewed.add(clientId)
    else this.#hasChanged(clientId)
  }

  /** What is being told is told as it is when its turn comes. */
  #hasChanged(clientId: number): void {
    if (!this.#telling.has(clientId)) this.#changed.add(clientId)
  }

  #remove(clientId: number, clock: number): void {
    this.#shown.delete(clientId)
    this.#gone.delete(clientId)
    this.#gone.set(clientId, clock)
    if (this.#gone.size > maxRemembered) {
      for (const oldest of this.#gone.keys()) {
        this.#gone.delete(oldest)
        break
      }
    }
    this.#renewed.delete(clientId)
    this.#denied.delete(clientId)
    this.#hasChanged(clientId)
  }

  #entry(clientId: number): AwarenessEntry[] {
    const shown = this.#shown.get(clientId)
    if (shown !== undefined) return [{ clientId, clock: shown.clock, json: shown.json }]
    const clock = this.#gone.get(clientId)
    return clock === undefined ? [] : [{ clientId, clock, json: absent }]
  }
}
