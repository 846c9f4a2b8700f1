import {
  type AppendReceipt,
  type AppendRequest,
  type DocumentLog,
  type LoadedDocument,
  type NewEntry,
  type Place,
  StoreUnavailableError,
} from '@weft/persistence'

interface Waiting {
  readonly request: AppendRequest
  readonly resolve: (receipt: AppendReceipt) => void
  readonly reject: (error: Error) => void
}

/** A log of one document whose appends the test answers, one by one. What it has taken is in `entries`. */
export class ScriptedLog implements DocumentLog {
  readonly entries: NewEntry[] = []
  readonly #waiting: Waiting[] = []
  readonly #tokens = new Set<string>()

  /** How many appends wait for an answer. */
  get inFlight(): number {
    return this.#waiting.length
  }

  append(_document: string, request: AppendRequest): Promise<AppendReceipt> {
    return new Promise((resolve, reject) => this.#waiting.push({ request, resolve, reject }))
  }

  /** The append in flight becomes durable. */
  async succeed(): Promise<void> {
    const { request, resolve } = this.#next()
    this.#take(request)
    resolve({ epoch: 'e', first: 1, last: this.entries.length, previousTip: '', tip: String(this.entries.length) })
    await settled()
  }

  /** The append in flight fails. @param taken whether the log took it all the same and only its answer was lost */
  async fail(error: Error = new StoreUnavailableError('the disk is full'), taken = false): Promise<void> {
    const { request, reject } = this.#next()
    if (taken) this.#take(request)
    reject(error)
    await settled()
  }

  /** Answers everything until nothing is in flight. */
  async succeedAll(): Promise<void> {
    while (this.inFlight > 0) await this.succeed()
  }

  load(): Promise<LoadedDocument> {
    return Promise.reject(new Error('not scripted'))
  }

  read(): Promise<LoadedDocument> {
    return Promise.reject(new Error('not scripted'))
  }

  replaceCheckpoint(): Promise<boolean> {
    return Promise.reject(new Error('not scripted'))
  }

  heads(): Promise<(Place | undefined)[]> {
    const { length } = this.entries
    return Promise.resolve([{ epoch: 'e', position: length, tip: String(length) }])
  }

  begin(): Promise<Place> {
    return Promise.reject(new Error('not scripted'))
  }

  #take({ token, entries }: AppendRequest): void {
    if (this.#tokens.has(token)) return
    this.#tokens.add(token)
    this.entries.push(...entries)
  }

  #next(): Waiting {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) throw new Error('no append is in flight')
    return waiting
  }
}

/** Lets what awaits a promise that was just settled run. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}
