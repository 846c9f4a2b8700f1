import type { NewDocument } from '../document-catalog.ts'
import { DocumentDeletedError, DocumentNotFoundError, StoreUnavailableError } from '../errors.ts'
import { firstEpoch, nextLife } from '../new-epoch.ts'
import type { DocumentAccess } from './document-access.ts'
import type { ListingIndex } from './listing-index.ts'
import type { Argument } from './redis-connection.ts'
import { lifeText } from './redis-files.ts'
import { textIn } from './reply.ts'
import { formatArguments } from './scripts/format-check.ts'
import { createScript, deleteScript, recreateScript, setTitleScript } from './scripts/document.ts'

/**
 * Begins and ends documents. Each change is conditional on the life that it was meant for, since a command whose answer was
 * lost may be done much later than its repetition.
 */
export class DocumentLives {
  readonly #access: DocumentAccess
  readonly #index: ListingIndex

  constructor(access: DocumentAccess, index: ListingIndex) {
    this.#access = access
    this.#index = index
  }

  /** @returns whether it was created by this call @throws DocumentDeletedError, StoreUnavailableError */
  async create(document: NewDocument, epoch: string = firstEpoch()): Promise<boolean> {
    const { head } = this.#access.keys(document.id)
    const outcome = textIn(await this.#access.run(document.id, createScript, [head], this.#beginning(document, epoch)))
    if (outcome === 'deleted') throw new DocumentDeletedError(document.id)
    if (outcome !== 'created') return false
    await this.#index.write([document.id])
    return true
  }

  /** @throws DocumentNotFoundError, StoreUnavailableError */
  async recreate(document: NewDocument): Promise<void> {
    const found = await this.#access.findHead(document.id)
    if (found === undefined) throw new DocumentNotFoundError(document.id)
    // One that is there already was made anew by the attempt that this one repeats, or by someone else.
    if (!found.deleted) return
    const { head } = this.#access.keys(document.id)
    await this.#access.run(
      document.id,
      recreateScript,
      [head],
      [...this.#beginning(document, nextLife(found.epoch)), found.epoch],
    )
    await this.#index.write([document.id])
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  async delete(document: string, at: number): Promise<void> {
    const keys = this.#access.keys(document)
    const { head, log, meta } = keys
    for (;;) {
      const { place, checkpoint } = await this.#access.head(document)
      const generation = checkpoint?.generation
      const held = generation === undefined ? [] : [keys.checkpoint(generation)]
      const life = lifeText(place.epoch)
      const files = [keys.files(life), keys.fileChunks(life)]
      const formats = formatArguments(this.#access.formats)
      const args = [place.epoch, generation ?? '', nextLife(place.epoch), at, ...formats, ...files]
      const reply = await this.#access.run(document, deleteScript, [head, log, meta, ...held], args)
      // Compacted in between: there is another checkpoint to take away. Raised in between: the head says to which format.
      if (textIn(reply) === 'moved' || textIn(reply) === 'format') continue
      this.#assertDone(textIn(reply), document)
      await this.#index.write([document])
      return
    }
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  async setTitle(document: string, title: string, at: number): Promise<void> {
    const { head, meta } = this.#access.keys(document)
    const args = [title, at, ...formatArguments(this.#access.formats)]
    const outcome = textIn(await this.#access.run(document, setTitleScript, [head, meta], args))
    // Reading the head says which format it is.
    if (outcome === 'format') await this.#access.head(document)
    this.#assertDone(outcome, document)
    await this.#index.write([document])
  }

  #beginning({ id, title, createdBy, at }: NewDocument, epoch: string): Argument[] {
    const keys = this.#access.keys(id)
    return [keys.log, keys.meta, keys.orphan(epoch), epoch, at, title, createdBy, this.#access.formats.written]
  }

  #assertDone(outcome: string, document: string): void {
    if (outcome === 'missing') throw new DocumentNotFoundError(document)
    if (outcome === 'deleted') throw new DocumentDeletedError(document)
    if (outcome !== 'done') throw new StoreUnavailableError(`Redis gave a strange answer: ${outcome}`)
  }
}
