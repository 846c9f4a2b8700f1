import type { DocumentLog, LoadedDocument, Store } from '@weft/persistence'

/** A store whose loads wait for the test. */
export class SlowStore implements Store {
  readonly catalog: Store['catalog']
  readonly log: DocumentLog
  readonly #store: Store
  readonly #asked = Promise.withResolvers<void>()
  readonly #gate = Promise.withResolvers<void>()

  constructor(store: Store) {
    this.#store = store
    this.catalog = store.catalog
    const { log } = store
    this.log = {
      load: async (document): Promise<LoadedDocument> => {
        this.#asked.resolve()
        await this.#gate.promise
        return await log.load(document)
      },
      append: (document, request) => log.append(document, request),
      read: (document, from) => log.read(document, from),
      replaceCheckpoint: (document, checkpoint, replaces) => log.replaceCheckpoint(document, checkpoint, replaces),
    }
  }

  /** Resolves when something was asked to be loaded. */
  get asked(): Promise<void> {
    return this.#asked.promise
  }

  /** Lets all loads go on, now and later. */
  letGo(): void {
    this.#gate.resolve()
  }

  check(): Promise<void> {
    return this.#store.check()
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}
