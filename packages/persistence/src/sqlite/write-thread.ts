import { Worker } from 'node:worker_threads'
import { StoreConfigurationError, StoreUnavailableError } from '../errors.ts'
import { workerFile } from '../worker-file.ts'
import { CommitPace } from './commit-pace.ts'
import type { ConnectionSettings } from './connection.ts'
import type { FromWriteThread, JobOutcome, ToWriteThread, WriteJob } from './write-jobs.ts'

/** Starts the thread. A test hands in its own, to have a hold of it. */
export type StartWriteWorker = (settings: ConnectionSettings) => Worker

interface QueuedJob {
  readonly job: WriteJob
  readonly parts: readonly Uint8Array[]
  readonly settle: (outcome: JobOutcome) => void
  readonly reject: (error: Error) => void
}

/**
 * What one transaction takes at most. A batch holds whatever came while the one before was being committed, so it grows
 * with the load; past this it would make those behind it wait for longer than its sync is worth.
 */
const maxBatchJobs = 2000
const maxBatchBytes = 4 * 1024 * 1024

type State =
  /** No thread; the next job starts one. */
  | { readonly name: 'down' }
  | { readonly name: 'starting'; readonly worker: Worker }
  | { readonly name: 'ready'; readonly worker: Worker }
  /** A batch is in the thread, and the next one gathers. */
  | { readonly name: 'busy'; readonly worker: Worker; readonly batch: readonly QueuedJob[] }
  | { readonly name: 'closing'; readonly worker: Worker }
  | { readonly name: 'closed' }

/**
 * The thread that writes, and the queue before it: group commit. A lone job goes to the thread at once; jobs that come
 * while it is at work, or close to each other (see {@link CommitPace}), go together in the next transaction, so one sync is paid
 * for all of them.
 *
 * A thread that ends unexpectedly fails everything that was under way, since nobody knows what became of it. The next job
 * starts another one.
 */
export class WriteThread {
  readonly #settings: ConnectionSettings
  readonly #startWorker: StartWriteWorker
  readonly #pace: CommitPace
  #state: State = { name: 'down' }
  #queue: QueuedJob[] = []
  #pumping = false
  #awaitingCompany = false
  #closed: Promise<void> | undefined
  #whenStarted: { resolve: () => void; reject: (error: Error) => void } | undefined
  #whenClosed: (() => void) | undefined

  constructor(
    settings: ConnectionSettings,
    startWorker: StartWriteWorker = start,
    pace: CommitPace = new CommitPace(),
  ) {
    this.#settings = settings
    this.#startWorker = startWorker
    this.#pace = pace
  }

  /** Starts the thread, which takes hold of the folder. @throws StoreConfigurationError, StoreUnavailableError */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#whenStarted = { resolve, reject }
      this.#start()
    })
  }

  /**
   * Has a job done.
   *
   * @param parts the job's byte strings, which must stay as they are until then
   * @param answer makes of its outcome what is asked for; what it throws is thrown
   * @returns that, once it is durable
   * @throws StoreUnavailableError
   */
  run<Answer>(job: WriteJob, parts: readonly Uint8Array[], answer: (outcome: JobOutcome) => Answer): Promise<Answer> {
    if (this.#closed !== undefined) return Promise.reject(new StoreUnavailableError('the store is closed'))
    return this.#enqueue(job, parts, answer)
  }

  #enqueue<Answer>(
    job: WriteJob,
    parts: readonly Uint8Array[],
    answer: (outcome: JobOutcome) => Answer,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: JobOutcome): void => {
        try {
          resolve(answer(outcome))
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      }
      this.#queue.push({ job, parts, settle, reject })
      this.#pace.add(job)
      this.#pumpSoon()
    })
  }

  /** Lets what was asked for end, then lets go of the folder. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    // Jobs are done in order, so this one's end is that of all before it. Where the thread is down there are none.
    if (this.#state.name !== 'down') await this.#enqueue({ type: 'check' }, [], () => {}).catch(() => {})
    if (this.#state.name !== 'ready') {
      this.#state = { name: 'closed' }
      return
    }
    const { worker } = this.#state
    this.#state = { name: 'closing', worker }
    await new Promise<void>((resolve) => {
      this.#whenClosed = resolve
      send(worker, 'close')
    })
  }

  /** Jobs of one turn of the event loop go together: a flush of many documents is one transaction. */
  #pumpSoon(): void {
    if (this.#pumping) return
    this.#pumping = true
    queueMicrotask(() => {
      this.#pumping = false
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#queue.length === 0) return
    if (this.#state.name === 'down') this.#start()
    if (this.#state.name !== 'ready') return
    const { wait } = this.#pace
    if (wait > 0) {
      this.#pumpIn(wait)
      return
    }
    const { worker } = this.#state
    const batch = this.#takeBatch()
    this.#pace.begun(this.#queue.length > 0)
    const parts = batch.flatMap((queued) => queued.parts)
    const bytes = concatenate(parts)
    this.#state = { name: 'busy', worker, batch }
    send(worker, { jobs: batch.map(({ job }) => job), bytes }, [bytes])
  }

  #pumpIn(milliseconds: number): void {
    if (this.#awaitingCompany) return
    this.#awaitingCompany = true
    setTimeout(() => {
      this.#awaitingCompany = false
      this.#pump()
    }, milliseconds)
  }

  #takeBatch(): QueuedJob[] {
    let bytes = 0
    let count = 0
    for (const { parts } of this.#queue) {
      bytes += size(parts)
      if (count === maxBatchJobs || (count > 0 && bytes > maxBatchBytes)) break
      count++
    }
    return this.#queue.splice(0, count)
  }

  #start(): void {
    const worker = this.#startWorker(this.#settings)
    this.#state = { name: 'starting', worker }
    let failure: Error | undefined
    worker.on('message', (message: FromWriteThread) => {
      if (message.type === 'misconfigured') failure = new StoreConfigurationError(message.message)
      else this.#receive(worker, message)
    })
    worker.on('error', (error: unknown) => (failure = error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#ended(failure))
  }

  #receive(worker: Worker, message: Exclude<FromWriteThread, { type: 'misconfigured' }>): void {
    switch (message.type) {
      case 'ready':
        this.#state = { name: 'ready', worker }
        this.#whenStarted?.resolve()
        this.#whenStarted = undefined
        break
      case 'committed':
      case 'failed': {
        const batch = this.#state.name === 'busy' ? this.#state.batch : []
        // The next batch goes out before this one's callers run: the disk need not wait for them.
        this.#state = { name: 'ready', worker }
        this.#pump()
        settleAll(batch, message)
        break
      }
      case 'closed':
        this.#state = { name: 'closed' }
        this.#whenClosed?.()
    }
    this.#pump()
  }

  #ended(failure: Error | undefined): void {
    if (this.#state.name === 'closed') return
    const failed = [...(this.#state.name === 'busy' ? this.#state.batch : []), ...this.#queue]
    this.#queue = []
    this.#state = { name: this.#state.name === 'closing' ? 'closed' : 'down' }
    const reason = failure === undefined ? '' : `: ${failure.message}`
    const error = new StoreUnavailableError(`the thread that writes the store ended${reason}`, { cause: failure })
    for (const { reject } of failed) reject(error)
    this.#whenStarted?.reject(failure instanceof StoreConfigurationError ? failure : error)
    this.#whenStarted = undefined
    this.#whenClosed?.()
  }
}

/**
 * The thread keeps little in JavaScript's heap, and small limits keep V8 from letting garbage pile up. They are limits, not
 * sizes: bytes are held outside of the heap.
 */
function start(settings: ConnectionSettings): Worker {
  return new Worker(workerFile('write-worker', import.meta.url), {
    name: 'weft-sqlite-write',
    workerData: settings,
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 },
  })
}

function send(worker: Worker, message: ToWriteThread, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer)
}

function settleAll(
  batch: readonly QueuedJob[],
  message: Extract<FromWriteThread, { type: 'committed' | 'failed' }>,
): void {
  if (message.type === 'failed') {
    const error = new StoreUnavailableError(`the store could not write: ${message.message}`)
    for (const { reject } of batch) reject(error)
    return
  }
  for (const [index, { settle, reject }] of batch.entries()) {
    const outcome = message.outcomes[index]
    if (outcome === undefined) reject(new StoreUnavailableError('the thread that writes the store did not answer'))
    else settle(outcome)
  }
}

function size(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0)
}

/** Copies into a new buffer that may be handed to the thread: the parts may be views of Node's pool, which may not. */
function concatenate(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(size(parts))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole.buffer
}
