import type { NewDocument } from '../document-catalog.ts'
import { DocumentDeletedError, DocumentNotFoundError, DocumentTrashedError, StoreUnavailableError } from '../errors.ts'
import { firstEpoch, nextLife } from '../new-epoch.ts'
import type { DocumentAccess } from './document-access.ts'
import type { ListingIndex } from './listing-index.ts'
import type { Argument } from './redis-connection.ts'
import { lifeText } from './redis-files.ts'
import { textIn } from './reply.ts'
import { formatArguments } from './scripts/format-check.ts'
import {
  createScript,
  deleteScript,
  recreateScript,
  restoreScript,
  setTitleScript,
  trashScript,
} from './scripts/document.ts'
import type { RedisScript } from './scripts/redis-script.ts'
import { markOfTrash } from './trash-mark.ts'

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
    this.#index.changed(document.id)
    const outcome = textIn(await this.#access.run(document.id, createScript, [head], this.#beginning(document, epoch)))
    if (outcome === 'deleted') throw await this.#access.goneError(document.id)
    if (outcome !== 'created') return false
    await this.#index.write([document.id])
    return true
  }

  /** @throws DocumentNotFoundError, StoreUnavailableError */
  async recreate(document: NewDocument): Promise<void> {
    const found = await this.#access.findHead(document.id)
    if (found === undefined) throw new DocumentNotFoundError(document.id)
    // One that is there already was made anew by the attempt that this one repeats, or by someone else.
    if (!found.deleted) {
      if (found.trashed !== undefined) throw new DocumentTrashedError(document.id)
      return
    }
    this.#index.changed(document.id)
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
  async trash(document: string, at: number): Promise<void> {
    await this.#change(document, trashScript, [markOfTrash(at)])
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  async restore(document: string): Promise<void> {
    await this.#change(document, restoreScript, [])
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  async delete(document: string, at: number, trashed: number | undefined): Promise<void> {
    const keys = this.#access.keys(document)
    const { head, log, meta } = keys
    const mark = trashed === undefined ? '' : markOfTrash(trashed)
    this.#index.changed(document)
    for (;;) {
      const found = await this.#access.findHead(document)
      if (found === undefined) throw new DocumentNotFoundError(document)
      if (found.deleted) throw new DocumentDeletedError(document)
      const { place, checkpoint } = found
      const generation = checkpoint?.generation
      const held = generation === undefined ? [] : [keys.checkpoint(generation)]
      const life = lifeText(place.epoch)
      const files = [keys.files(life), keys.fileChunks(life)]
      const formats = formatArguments(this.#access.formats)
      const args = [place.epoch, generation ?? '', nextLife(place.epoch), at, ...formats, ...files, mark]
      const reply = await this.#access.run(document, deleteScript, [head, log, meta, ...held], args)
      // Compacted in between: there is another checkpoint to take away. Raised in between: the head says to which format.
      if (textIn(reply) === 'moved' || textIn(reply) === 'format') continue
      await this.#assertDone(textIn(reply), document)
      await this.#index.write([document])
      return
    }
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  async setTitle(document: string, title: string, at: number, expected: string | undefined): Promise<boolean> {
    const condition = expected === undefined ? [0, ''] : [1, expected]
    const { meta } = this.#access.keys(document)
    return await this.#change(document, setTitleScript, [title, at, ...condition], [meta])
  }

  /** @returns false, with nothing changed, where what was expected was not so */
  async #change(
    document: string,
    script: RedisScript,
    args: readonly Argument[],
    others: readonly string[] = [],
  ): Promise<boolean> {
    const keys: [string, ...string[]] = [this.#access.keys(document).head, ...others]
    const all = [...args, ...formatArguments(this.#access.formats)]
    this.#index.changed(document)
    const outcome = textIn(await this.#access.run(document, script, keys, all))
    // Reading the head says which format it is.
    if (outcome === 'format') await this.#access.findHead(document)
    if (outcome === 'other') return false
    await this.#assertDone(outcome, document)
    await this.#index.write([document])
    return true
  }

  #beginning({ id, title, createdBy, at }: NewDocument, epoch: string): Argument[] {
    const keys = this.#access.keys(id)
    return [keys.log, keys.meta, keys.orphan(epoch), epoch, at, title, createdBy, this.#access.formats.written]
  }

  async #assertDone(outcome: string, document: string): Promise<void> {
    if (outcome === 'missing') throw new DocumentNotFoundError(document)
    if (outcome === 'deleted') throw await this.#access.goneError(document)
    if (outcome !== 'done') throw new StoreUnavailableError(`Redis gave a strange answer: ${outcome}`)
  }
}
