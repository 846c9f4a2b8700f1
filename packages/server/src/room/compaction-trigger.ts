import { compactionDue, compactionWorthwhile, type LoadedDocument } from '@weft/persistence'

/** When a document's log is worth compacting, by how much was appended since its checkpoint. */
export class CompactionTrigger {
  readonly #compact: () => Promise<unknown>
  #tailBytes: number
  #checkpointBytes: number
  #running = false

  /** @param compact compacts the document; never rejects */
  constructor(loaded: LoadedDocument, compact: () => Promise<unknown>) {
    this.#compact = compact
    this.#tailBytes = loaded.entries.reduce((bytes, entry) => bytes + entry.update.byteLength, 0)
    this.#checkpointBytes = loaded.checkpoint?.chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0) ?? 0
  }

  /** Other nodes appended so many bytes. Whoever's append makes a compaction due is the one to do it. */
  grew(bytes: number): void {
    this.#tailBytes += bytes
  }

  /** So many bytes were appended by this node. */
  appended(bytes: number): void {
    this.#tailBytes += bytes
    if (compactionDue(this.#tailBytes, this.#checkpointBytes)) void this.#run()
  }

  /**
   * The room is about to be unloaded: the next one shall load without replaying.
   */
  async unloading(): Promise<void> {
    if (compactionWorthwhile(this.#tailBytes, this.#checkpointBytes)) await this.#run()
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    // Much may have been appended meanwhile, and nobody may append after it.
    do {
      const covered = this.#tailBytes
      await this.#compact()
      this.#tailBytes -= covered
      // At most: what was deleted is no longer in it. The next load knows exactly; until then compaction comes a little later.
      this.#checkpointBytes += covered
    } while (compactionDue(this.#tailBytes, this.#checkpointBytes))
    this.#running = false
  }
}
