import type { Changes } from './changes.ts'
import type { DocumentCatalog } from './document-catalog.ts'
import type { DocumentFiles } from './document-files.ts'
import type { DocumentLog } from './document-log.ts'
import type { NodeChannel } from './node-channel.ts'
import type { NodeRegistry } from './node-registry.ts'
import type { Revocations } from './revocations.ts'
import type { Relay } from './relay.ts'
import type { Collections } from './collections.ts'

/** An open store: one log and its catalog over the same data. */
export interface Store {
  readonly log: DocumentLog
  readonly catalog: DocumentCatalog
  /** Images and attachments. */
  readonly files: DocumentFiles
  /** Which documents changed. */
  readonly changes: Changes
  /** Which tokens were taken back. */
  readonly revocations: Revocations
  /** What the server keeps for itself. */
  readonly collections: Collections
  /** How the nodes that share the store hear of each other. Only of a store that several nodes can share. */
  readonly relay?: Relay
  /** What whoever runs the store should know of how it is set up, in whole sentences: it works, and may lose something. */
  readonly caveats?: readonly string[]
  /** Which nodes share the store. Only of a store that several nodes can share. */
  readonly nodes?: NodeRegistry
  /** How they ask each other. Only of a store that several nodes can share. */
  readonly channel?: NodeChannel
  /** Resolves when the store answers. @throws StoreUnavailableError */
  check(): Promise<void>
  /** Lets what was begun end, then lets go of the store. */
  close(): Promise<void>
}

/** A store that was opened for reading only. */
export interface StoreReader {
  readonly log: Pick<DocumentLog, 'load' | 'heads'>
  readonly catalog: Pick<DocumentCatalog, 'get' | 'list'>
  readonly files: Pick<DocumentFiles, 'list' | 'read'>
  /** Lets what was begun end, then lets go of the store. */
  close(): Promise<void>
}
