import type { Changes } from '../changes.ts'
import type { DocumentCatalog } from '../document-catalog.ts'
import type { DocumentFiles } from '../document-files.ts'
import type { DocumentLog } from '../document-log.ts'
import type { Revocations } from '../revocations.ts'
import type { Collections } from '../collections.ts'
import type { Store } from '../store.ts'
import { MemoryChanges } from './memory-changes.ts'
import { MemoryCatalog } from './memory-catalog.ts'
import { MemoryDocuments } from './memory-documents.ts'
import { MemoryFiles } from './memory-files.ts'
import { MemoryLog } from './memory-log.ts'
import { MemoryRevocations } from './memory-revocations.ts'
import { MemoryCollections } from './memory-collections.ts'

/** A store that is gone with its process: for tests, and for trying things out. */
export class MemoryStore implements Store {
  readonly log: DocumentLog
  readonly catalog: DocumentCatalog
  readonly changes: Changes
  readonly files: DocumentFiles
  readonly revocations: Revocations = new MemoryRevocations()
  readonly collections: Collections = new MemoryCollections()
  readonly #documents = new MemoryDocuments()

  constructor() {
    this.log = new MemoryLog(this.#documents)
    this.catalog = new MemoryCatalog(this.#documents)
    this.changes = new MemoryChanges(this.#documents)
    this.files = new MemoryFiles(this.#documents)
  }

  async check(): Promise<void> {
    this.#documents.assertOpen()
  }

  async close(): Promise<void> {
    this.#documents.close()
  }
}
