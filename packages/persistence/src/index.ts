export { BackupFormatError } from './backup/backup-format-error.ts'
export {
  readBackup,
  type RestoredDocument,
  type RestoredFile,
  type RestoreOptions,
  type RestoreOutcome,
  type RestoreTarget,
} from './backup/read-backup.ts'
export { type BackupOptions, writeBackup } from './backup/write-backup.ts'
export { type ChangeKind, type ChangePage, type Changes, CursorGoneError, type DocumentChange } from './changes.ts'
export { compactionDue, compactionWorthwhile } from './compaction/compaction-due.ts'
export { type CompactionResult, Compactor, type CompactorOptions } from './compaction/compactor.ts'
export * from './document-catalog.ts'
export * from './document-files.ts'
export * from './document-log.ts'
export * from './errors.ts'
export { currentFormats, type Formats, workTogether } from './formats.ts'
export { MemoryNodes } from './memory/memory-nodes.ts'
export { MemoryRelay, type MemoryRelayMessage, type MemoryRelayNode } from './memory/memory-relay.ts'
export { MemoryStore } from './memory/memory-store.ts'
export { type ListingPart, listParts } from './list-parts.ts'
export type { NodeChannel, NodeListener, NodeListening } from './node-channel.ts'
export type { NodeRecord, NodeRegistry } from './node-registry.ts'
export { openStore, type SharedStoreOptions } from './open-store.ts'
export { parseDurability } from './redis/durability.ts'
export { openStoreReader } from './open-store-reader.ts'
export { randomId } from './random-id.ts'
export * from './relay.ts'
export type { Revocation, Revocations, RevocationsAt } from './revocations.ts'
export {
  keyAfter,
  type CollectionChange,
  type CollectionItem,
  type CollectionRange,
  type Collections,
} from './collections.ts'
export * from './store.ts'
