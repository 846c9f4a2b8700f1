import { hostname } from 'node:os'
import { currentFormats, type NodeRecord, type NodeRegistry, workTogether } from '@weft/persistence'
import type { Log } from './observability/log.ts'
import type { Surroundings } from './room/surroundings.ts'
import { version } from './version.ts'

/** How often a node says that it is up, and for how long that holds: two may be lost. In milliseconds. */
const interval = 5_000
const ttl = 15_000

/** How long going down waits for the store to take a node out of the list, in milliseconds. It lapses by itself. */
const withdrawLimit = 2_000

/** What a heartbeat is made with. */
export interface HeartbeatParts {
  readonly nodes: NodeRegistry
  /** What the node says of itself at the moment. */
  readonly describe: () => NodeRecord
  readonly surroundings: Pick<Surroundings, 'timer'>
  readonly log: Log
}

/** Says that this node is up, for as long as it is. A store that is away is said once, and changes nothing else. */
export class NodeHeartbeat {
  readonly #parts: HeartbeatParts
  #cancelNext: () => void = () => {}
  #beat: Promise<void> | undefined
  #announced = false
  #failing = false
  /** Who was told to bear this node's name too. */
  #rival: NodeRecord | undefined

  private constructor(parts: HeartbeatParts) {
    this.#parts = parts
  }

  /** Begins at once. */
  static start(parts: HeartbeatParts): NodeHeartbeat {
    const heartbeat = new NodeHeartbeat(parts)
    heartbeat.#next()
    return heartbeat
  }

  /** Ends it, and takes the node out of the list. Never throws. */
  async stop(): Promise<void> {
    this.#cancelNext()
    let cancelLimit = (): void => {}
    const limit = new Promise<void>((resolve) => {
      cancelLimit = this.#parts.surroundings.timer(withdrawLimit, resolve)
    })
    await Promise.race([this.#withdraw(), limit])
    cancelLimit()
  }

  async #withdraw(): Promise<void> {
    const { nodes, describe } = this.#parts
    // One that is under way would put the node in again.
    await this.#beat
    try {
      await nodes.withdraw(describe().id)
    } catch {
      // The store is away; the node lapses.
    }
  }

  #next(): void {
    this.#cancelNext = this.#parts.surroundings.timer(interval, () => this.#next())
    // One that the store has not answered yet is enough.
    this.#beat ??= this.#announce().finally(() => (this.#beat = undefined))
  }

  async #announce(): Promise<void> {
    const { nodes, describe, log } = this.#parts
    const node = describe()
    try {
      const before = await nodes.announce(node, ttl)
      if (this.#failing) log.info('heartbeat-recovered', { node: node.id })
      this.#failing = false
      this.#compare(node, before)
      if (!this.#announced) this.#warnOfStrangers(node, await nodes.list())
      this.#announced = true
    } catch (error) {
      if (!this.#failing) log.warn('heartbeat-failing', { node: node.id, error })
      this.#failing = true
    }
  }

  /** Nodes that cannot read what the others write refuse each other's documents: better said at the start than found out. */
  #warnOfStrangers({ id, formats }: NodeRecord, nodes: readonly NodeRecord[]): void {
    for (const other of nodes) {
      if (other.id === id || workTogether(formats, other.formats)) continue
      const facts = { node: id, formats, other: other.id, otherVersion: other.version, otherFormats: other.formats }
      this.#parts.log.error('formats-apart', facts)
    }
  }

  /** Before its first beat another process may have borne the name, one that was killed. After it only a rival does. */
  #compare(node: NodeRecord, before: NodeRecord | undefined): void {
    if (!this.#announced || before === undefined || isSameProcess(before, node)) return
    if (this.#rival !== undefined && isSameProcess(before, this.#rival)) return
    this.#rival = before
    const { host, pid, since } = before
    this.#parts.log.error('node-name-taken', { node: node.id, host, pid, since: new Date(since).toISOString() })
  }
}

function isSameProcess(a: NodeRecord, b: NodeRecord): boolean {
  return a.host === b.host && a.pid === b.pid && a.since === b.since
}

/** What of a node's record only the server knows. */
export type NodeLoad = Pick<NodeRecord, 'role' | 'documents' | 'connections' | 'members' | 'store'>

/** What a node that starts now says of itself from now on. */
export function nodeDescription(
  id: string,
  surroundings: Pick<Surroundings, 'now'>,
  load: () => NodeLoad,
): () => NodeRecord {
  const constant = { id, host: hostname(), pid: process.pid, version, since: surroundings.now() }
  return () => ({ ...constant, formats: currentFormats, ...load() })
}
