import type { DocumentCounts } from '../document-catalog.ts'
import type { DocumentAccess } from './document-access.ts'
import { bucketsOf, setOf } from './listing-places.ts'
import { numberIn } from './reply.ts'

/** Counts the documents that are listed, and those of the trash: Redis knows how many members a set has. */
export class DocumentCounter {
  readonly #access: DocumentAccess

  constructor(access: DocumentAccess) {
    this.#access = access
  }

  /** @throws StoreUnavailableError */
  async count(): Promise<DocumentCounts> {
    const buckets = bucketsOf(this.#access.prefix)
    const [documents, trashed] = await Promise.all([
      this.#members(buckets.map((bucket) => setOf(bucket, 'name', ''))),
      this.#members(buckets.map(({ trash }) => trash)),
    ])
    return { documents, trashed }
  }

  async #members(sets: readonly string[]): Promise<number> {
    const counts = await Promise.all(sets.map((set) => this.#access.call('', set, 'ZCARD', [])))
    return counts.reduce<number>((sum, found) => sum + numberIn(found), 0)
  }
}
