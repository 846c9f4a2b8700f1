import {
  DocumentNotFoundError,
  EpochMismatchError,
  StoreUnavailableError,
  TipMovedError,
  type AppendReceipt,
  type AppendRequest,
  type Checkpoint,
  type DocumentLog,
  type Entry,
  type LoadedDocument,
  type Place,
} from '@weft/persistence'
import * as Y from 'yjs'

/** The log of one document, which can be made to do what a store does on a bad day: be away, lose answers, its end, or everything. */
export class LosableLog implements DocumentLog {
  /** Whether nothing gets an answer. */
  away = false
  /** How many of the next appends are taken without an answer. */
  loseAnswers = 0
  #epoch: string | undefined = '0.origin.first'
  #entries: Entry[] = []
  #checkpoint: Checkpoint | undefined
  readonly #tokens = new Map<string, AppendReceipt>()
  #drawn = 0

  get head(): Place {
    const last = this.#entries.at(-1)
    const epoch = this.#epoch ?? ''
    if (last !== undefined) return { epoch, position: last.position, tip: last.tip }
    return this.#checkpoint?.place ?? { epoch, position: 0, tip: '' }
  }

  /** What whoever loads it would have. */
  doc(): Y.Doc {
    const doc = new Y.Doc()
    for (const chunk of this.#checkpoint?.chunks ?? []) Y.applyUpdate(doc, chunk)
    for (const { update } of this.#entries) Y.applyUpdate(doc, update)
    return doc
  }

  /** Loses its last entries, as a failover to a replica that lags does. */
  loseEnd(entries: number): void {
    this.#entries.splice(Math.max(0, this.#entries.length - entries))
    this.#tokens.clear()
  }

  /** Loses everything, as a Redis does that is started without its data. */
  loseAll(): void {
    this.#epoch = undefined
    this.#entries = []
    this.#checkpoint = undefined
    this.#tokens.clear()
  }

  /** Someone opens the document who knows nothing of an earlier one. */
  create(): boolean {
    this.#assertAnswers()
    const created = this.#epoch === undefined
    this.#epoch ??= `0.${this.#draw()}.first`
    return created
  }

  /** Someone compacts it. */
  compact(): void {
    const { head } = this
    if (this.#epoch === undefined || this.#entries.length === 0) return
    const doc = this.doc()
    const chunks = [Y.encodeStateAsUpdate(doc)]
    this.#checkpoint = { place: head, stateVector: Y.encodeStateVector(doc), chunks }
    this.#entries = []
  }

  async load(document: string): Promise<LoadedDocument> {
    this.#assertThere(document)
    return { head: this.head, checkpoint: this.#checkpoint, entries: [...this.#entries] }
  }

  async read(document: string, from: number): Promise<LoadedDocument> {
    if (from <= (this.#checkpoint?.place.position ?? 0)) return this.load(document)
    this.#assertThere(document)
    const entries = this.#entries.filter(({ position }) => position >= from)
    return { head: this.head, checkpoint: undefined, entries }
  }

  async append(document: string, { epoch, token, entries, after }: AppendRequest): Promise<AppendReceipt> {
    const found = this.#assertThere(document)
    if (epoch !== found) throw new EpochMismatchError(document, epoch, found)
    const known = this.#tokens.get(token)
    if (known !== undefined) return known
    const { position, tip: previousTip } = this.head
    if (after !== undefined && after !== previousTip) throw new TipMovedError(document, after, previousTip)
    for (const [index, entry] of entries.entries()) {
      this.#entries.push({ ...entry, update: entry.update.slice(), position: position + index + 1, tip: this.#draw() })
    }
    const { position: last, tip } = this.head
    const receipt = { epoch, first: position + 1, last, previousTip, tip }
    this.#tokens.set(token, receipt)
    if (this.loseAnswers > 0) {
      this.loseAnswers--
      throw new StoreUnavailableError('the answer was lost')
    }
    return receipt
  }

  async heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]> {
    this.#assertAnswers()
    return documents.map(() => (this.#epoch === undefined ? undefined : this.head))
  }

  async begin(_document: string, lost: string): Promise<Place> {
    this.#assertAnswers()
    this.#epoch ??= `${lost.slice(0, lost.lastIndexOf('.'))}.${this.#draw()}`
    return this.head
  }

  replaceCheckpoint(): Promise<boolean> {
    return Promise.resolve(false)
  }

  #draw(): string {
    return `drawn-${++this.#drawn}`
  }

  #assertAnswers(): void {
    if (this.away) throw new StoreUnavailableError('the store is away')
  }

  #assertThere(document: string): string {
    this.#assertAnswers()
    if (this.#epoch === undefined) throw new DocumentNotFoundError(document)
    return this.#epoch
  }
}
