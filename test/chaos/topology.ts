import type { RedisServer } from '../../packages/persistence/test/redis-server.ts'
import type { TcpProxy } from '../../packages/persistence/test/tcp-proxy.ts'
import type { LogSource } from './log-reader.ts'
import type { Fault, StoreFaultKind } from './schedule.ts'

/** Looks whether the log has everything that was saved: that of the store, or the one that is given. */
export type Audit = (source?: LogSource) => Promise<void>

/** Redis as the nodes of a run see it: behind links that can fail, and able to fail itself. */
export interface Topology extends AsyncDisposable {
  /** How many masters there are. */
  readonly shards: number
  /** Which of them has a document. */
  shardOf(document: string): number
  /** The ways of the nodes to Redis. */
  readonly links: readonly TcpProxy[]
  /** All servers, whatever they are at the moment. */
  readonly servers: readonly RedisServer[]
  /** The store URL of a node, through its links. */
  urlOf(node: number): string
  /** The store URL past the links: of the master that counts. */
  readonly directUrl: string
  /** Whether what counts as the log can be read at any time, or only when a fault says so. */
  readonly auditable: boolean
  /**
   * Inflicts a fault and resolves when it is over and Redis as before.
   *
   * @param audit called when a server is there again that may have
   *   forgotten something, where possible before any node can reach it: a node would put back what it still holds
   */
  inflict(fault: Fault<StoreFaultKind>, audit: Audit): Promise<void>
}

/** A fault that a topology has no way to inflict. */
export function cannotInflict(topology: string, kind: StoreFaultKind): never {
  throw new RangeError(`${topology} has no ${kind}`)
}
