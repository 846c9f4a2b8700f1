import type { CheckpointReader, DocumentLog, LoadedDocument } from '@weft/persistence'

/** A log that reads a document's checkpoint in parts, each when the test lets it. */
export class PartedLog implements DocumentLog {
  readonly append: DocumentLog['append']
  readonly read: DocumentLog['read']
  readonly replaceCheckpoint: DocumentLog['replaceCheckpoint']
  readonly heads: DocumentLog['heads']
  readonly begin: DocumentLog['begin']
  loads = 0
  readonly #log: DocumentLog
  readonly #asked = Promise.withResolvers<void>()
  #let = Promise.withResolvers<'next' | 'again' | 'fail'>()

  constructor(log: DocumentLog) {
    this.#log = log
    this.append = (document, request) => log.append(document, request)
    this.read = (document, from) => log.read(document, from)
    this.replaceCheckpoint = (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces)
    this.heads = (documents) => log.heads(documents)
    this.begin = (document, lost, at) => log.begin(document, lost, at)
  }

  /** Resolves when a checkpoint is about to be read. */
  get asked(): Promise<void> {
    return this.#asked.promise
  }

  /** The next chunk is read, everything is read again from the start, or the store is gone. */
  go(how: 'next' | 'again' | 'fail'): void {
    const { resolve } = this.#let
    this.#let = Promise.withResolvers()
    resolve(how)
  }

  async load(document: string, reader?: CheckpointReader): Promise<LoadedDocument> {
    this.loads++
    const loaded = await this.#log.load(document)
    if (loaded.checkpoint === undefined) return loaded
    const { chunks, ...checkpoint } = loaded.checkpoint
    reader?.begin(checkpoint)
    this.#asked.resolve()
    for (let next = 0; next < chunks.length;) {
      const how = await this.#let.promise
      if (how === 'fail') throw new Error('the store is gone')
      if (how === 'again') {
        reader?.begin(checkpoint)
        next = 0
        continue
      }
      const chunk = chunks[next++]
      if (chunk !== undefined) reader?.chunk(chunk)
    }
    return loaded
  }
}
