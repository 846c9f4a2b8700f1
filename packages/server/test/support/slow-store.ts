import type { AppendReceipt, DocumentLog, LoadedDocument, Store } from '@weft/persistence'

/** A store whose loads, or whose appends, wait for the test. */
export class SlowStore implements Store {
  readonly catalog: Store['catalog']
  readonly log: DocumentLog
  readonly files: Store['files']
  readonly revocations: Store['revocations']
  readonly changes: Store['changes']
  readonly collections: Store['collections']
  readonly #store: Store
  readonly #asked = Promise.withResolvers<void>()
  readonly #gate = Promise.withResolvers<void>()

  constructor(store: Store, slow: 'load' | 'append') {
    this.#store = store
    this.catalog = store.catalog
    this.files = store.files
    this.revocations = store.revocations
    this.changes = store.changes
    this.collections = store.collections
    const { log } = store
    this.log = {
      load: async (document): Promise<LoadedDocument> => {
        if (slow === 'load') await this.#wait()
        return await log.load(document)
      },
      append: async (document, request): Promise<AppendReceipt> => {
        if (slow === 'append') await this.#wait()
        return await log.append(document, request)
      },
      read: (document, from) => log.read(document, from),
      replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
      heads: (documents) => log.heads(documents),
      begin: (document, lost, at) => log.begin(document, lost, at),
    }
  }

  /** Resolves when the first call has come that waits. */
  get asked(): Promise<void> {
    return this.#asked.promise
  }

  /** Lets all of them go on, now and later. */
  letGo(): void {
    this.#gate.resolve()
  }

  check(): Promise<void> {
    return this.#store.check()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #wait(): Promise<void> {
    this.#asked.resolve()
    await this.#gate.promise
  }
}
