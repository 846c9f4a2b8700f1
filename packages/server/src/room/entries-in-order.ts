import { mergeUpdates } from './merge-updates.ts'

/** What one actor wrote, for the log. */
export interface ActorUpdate {
  readonly actor: string
  readonly update: Uint8Array
  /** Whether some of it waits for updates that have not come. */
  readonly waits: boolean
}

/** What is gathering of one actor: the first update, with whatever is said of it, and all of them. */
interface Gathering<Entry> {
  readonly first: Entry
  readonly updates: Uint8Array[]
}

/**
 * Updates on their way into the log, one entry for each actor. What waits for others stands alone and in its place: merged with
 * what came after it, it could take the place of that, where the two contradict each other.
 */
export class EntriesInOrder<Entry extends ActorUpdate> {
  readonly #closed: Gathering<Entry>[] = []
  #open: Map<string, Gathering<Entry>> | undefined

  get empty(): boolean {
    return this.#closed.length === 0 && this.#open === undefined
  }

  add(entry: Entry): void {
    const { actor, update, waits } = entry
    if (waits) this.#close()
    const last = waits ? this.#closed.at(-1) : this.#open?.get(actor)
    if (last?.first.actor === actor && last.first.waits === waits) {
      last.updates.push(update)
      return
    }
    const gathering = { first: entry, updates: [update] }
    if (waits) {
      this.#closed.push(gathering)
      return
    }
    this.#open ??= new Map()
    this.#open.set(actor, gathering)
  }

  /** All of it, each actor's merged. */
  take(): Entry[] {
    this.#close()
    return this.#closed.splice(0).map(({ first, updates }) => ({ ...first, update: mergeUpdates(updates) }))
  }

  #close(): void {
    if (this.#open === undefined) return
    this.#closed.push(...this.#open.values())
    this.#open = undefined
  }
}
