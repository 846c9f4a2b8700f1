import { CorruptRecordError, type DocumentLog, type Place } from '@weft/persistence'
import type { Surroundings } from '../surroundings.ts'

/** Every open document's head is asked for this often, in milliseconds: the last message of a quiet document may be the lost one. */
const probeInterval = 10_000

/** In so many parts, so that no moment has to bear all of it. */
const slices = 10

/** Before heads are asked for again when the store is away, in milliseconds. */
const retryDelay = 200

/** A document whose log may have moved on unheard. */
export interface Probed {
  readonly document: string
  headIs(head: Place | undefined): void
  /** Called every second for as long as it is watched. @returns whether it still has to be */
  tick(): boolean
}

/** What a probe is made with. */
export interface ProbeParts {
  readonly log: DocumentLog
  readonly surroundings: Surroundings
  /** All open documents. */
  readonly open: () => Iterable<Probed>
}

/** Asks where logs end: of every open document from time to time, and at once of those that may have missed something. */
export class Probe {
  readonly #parts: ProbeParts
  readonly #asked = new Set<Probed>()
  /** Most documents have nothing to look after: looking at all of them each second would cost more than asking for heads. */
  readonly #watched = new Set<Probed>()
  #round: Probed[] = []
  #perSlice = 0
  #asking = false
  #cancelSlice: (() => void) | undefined
  #cancelRetry: (() => void) | undefined
  #ended = false

  constructor(parts: ProbeParts) {
    this.#parts = parts
  }

  /** There are open documents. One timer for all of them, and none while there are none. */
  start(): void {
    if (this.#cancelSlice !== undefined || this.#ended) return
    this.#cancelSlice = this.#parts.surroundings.timer(probeInterval / slices, () => {
      this.#cancelSlice = undefined
      this.#takeSlice()
    })
  }

  /** A document may have missed something. */
  ask(document: Probed): void {
    this.#asked.add(document)
    this.#askSoon()
  }

  /** Has a document's `tick` called every second. */
  watch(document: Probed): void {
    this.#watched.add(document)
  }

  end(): void {
    this.#ended = true
    this.#cancelSlice?.()
    this.#cancelRetry?.()
  }

  #takeSlice(): void {
    if (this.#round.length === 0) {
      this.#round = [...this.#parts.open()]
      this.#perSlice = Math.ceil(this.#round.length / slices)
    }
    if (this.#round.length === 0) return
    for (const document of this.#round.splice(0, this.#perSlice)) this.#asked.add(document)
    for (const document of this.#watched) if (!document.tick()) this.#watched.delete(document)
    this.#askSoon()
    this.start()
  }

  #askSoon(): void {
    if (this.#asking || this.#ended) return
    this.#asking = true
    // Whatever is found out in one turn of the event loop, of however many documents, is one question.
    this.#parts.surroundings.soon(() => void this.#askAll())
  }

  async #askAll(): Promise<void> {
    const asked = [...this.#asked]
    this.#asked.clear()
    try {
      const heads = await this.#parts.log.heads(asked.map(({ document }) => document))
      this.#asking = false
      for (const [index, probed] of asked.entries()) probed.headIs(heads[index])
      if (this.#asked.size > 0) this.#askSoon()
    } catch (error) {
      // One that cannot be read must not keep the others from being asked for.
      const corrupt = error instanceof CorruptRecordError ? error.document : undefined
      for (const probed of asked) if (probed.document !== corrupt) this.#asked.add(probed)
      this.#cancelRetry = this.#parts.surroundings.timer(retryDelay, () => {
        this.#asking = false
        this.#askSoon()
      })
    }
  }
}
