import type { DocumentAccess } from './document-access.ts'
import type { DocumentCounter } from './document-counter.ts'
import { maybeTextIn } from './reply.ts'
import { runShared } from './shared-key.ts'

/** For how long one node is left to it, in milliseconds. Should it die, another one that opens the store begins anew then. */
const turn = 600_000

/** What fills the words of titles is made with. */
export interface TitleBackfillParts {
  readonly access: DocumentAccess
  readonly counter: DocumentCounter
  /** Lists all documents anew, with the words of their titles. @throws StoreUnavailableError */
  readonly rebuild: () => Promise<unknown>
}

/**
 * Has the titles found of a store from before their words were kept: once, by the first node that opens it. A store that has them says so
 * under a key of its own.
 */
export class TitleBackfill {
  readonly #parts: TitleBackfillParts
  readonly #key: string

  constructor(parts: TitleBackfillParts) {
    this.#parts = parts
    this.#key = `${parts.access.prefix}:titles`
  }

  /** Never throws: what cannot be done now is done when the store is opened the next time. */
  async run(): Promise<void> {
    try {
      const state = maybeTextIn(await this.#ask('GET', []))
      if (state !== undefined) return
      const taken = maybeTextIn(await this.#ask('SET', ['begun', 'NX', 'PX', turn]))
      if (taken === undefined) return
      const { documents } = await this.#parts.counter.count()
      if (documents > 0) await this.#parts.rebuild()
      await this.#ask('SET', ['kept'])
    } catch {
      // Whatever hindered it hinders others, who say so.
    }
  }

  #ask(command: string, args: readonly (string | number)[]): Promise<unknown> {
    return runShared(this.#parts.access, this.#key, (commands, asking) =>
      commands.call(command, [this.#key, ...args], asking),
    )
  }
}
