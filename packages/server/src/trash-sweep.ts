import type { DocumentCatalog } from '@weft/persistence'
import type { Surroundings } from './room/surroundings.ts'

/** What a sweep is made with. Times are milliseconds. */
export interface TrashSweepParts {
  readonly catalog: Pick<DocumentCatalog, 'listTrash' | 'delete'>
  readonly surroundings: Surroundings
  /** How long documents stay in the trash. */
  readonly retention: number
  /** How long between two sweeps. */
  readonly interval: number
  readonly erased: (document: string) => void
  readonly failed: (error: unknown) => void
}

const pageSize = 100

/**
 * Erases what has been in the trash for too long, one document after the other. Every node does it: whoever comes second finds
 * nothing left, and what was restored meanwhile is left alone.
 */
export class TrashSweep {
  readonly #parts: TrashSweepParts
  #cancel: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #ended = false

  constructor(parts: TrashSweepParts) {
    this.#parts = parts
    this.#later()
  }

  /** Resolves when what is being erased is. */
  async end(): Promise<void> {
    this.#ended = true
    this.#cancel?.()
    await this.#running
  }

  #later(): void {
    const { surroundings, interval } = this.#parts
    this.#cancel = surroundings.timer(interval, () => {
      this.#running = this.#sweep()
        .catch((error: unknown) => this.#parts.failed(error))
        .finally(() => {
          if (!this.#ended) this.#later()
        })
    })
  }

  async #sweep(): Promise<void> {
    const { catalog, surroundings, retention, erased } = this.#parts
    let cursor: string | undefined
    do {
      const page = await catalog.listTrash({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) })
      for (const { id, trashed } of page.documents) {
        // What has been there for longest comes first: the others are younger still.
        if (this.#ended || trashed + retention > surroundings.now()) return
        await catalog.delete(id, surroundings.now(), trashed)
        erased(id)
      }
      cursor = page.next
    } while (cursor !== undefined && !this.#ended)
  }
}
