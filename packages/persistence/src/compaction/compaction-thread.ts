import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Checkpoint } from '../document-log.ts'
import { workerFile } from '../worker-file.ts'
import type { FromCompactionWorker, ToCompactionWorker } from './compaction-messages.ts'
import { type LoggedUpdate, UnreadableUpdateError } from './rebuild.ts'

/** The thread that makes checkpoints ended before it was done. What it was making is lost, the log is as it was. */
export class CompactionThreadError extends Error {
  override readonly name = 'CompactionThreadError'
}

/** A state made from a log. */
export type RebuiltState = Omit<Checkpoint, 'place'>

interface Job {
  readonly chunks: Uint8Array[]
  readonly resolve: (state: RebuiltState) => void
  readonly reject: (reason: Error) => void
}

/** About how much is handed to the thread at once: copying it is what the event loop pays. */
const packageBytes = 1024 * 1024
const packageUpdates = 2000

/**
 * The worker thread that rebuilds documents. It is there only while it is needed: a thread that has held a large document
 * keeps its memory, and an idle server should not.
 */
export class CompactionThread {
  readonly #idleMilliseconds: number
  readonly #jobs = new Map<number, Job>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #lastJob = 0
  #closed = false

  constructor(idleMilliseconds: number) {
    this.#idleMilliseconds = idleMilliseconds
  }

  /** Whether the thread is there. */
  get running(): boolean {
    return this.#worker !== undefined
  }

  /** @throws UnreadableUpdateError, CompactionThreadError */
  async rebuild(updates: Iterable<LoggedUpdate>): Promise<RebuiltState> {
    if (this.#closed) throw new CompactionThreadError('the compactor is closed')
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    // The process may end while the thread is idle, not while someone waits for it.
    worker.ref()
    const id = ++this.#lastJob
    const result = new Promise<RebuiltState>((resolve, reject) => this.#jobs.set(id, { chunks: [], resolve, reject }))
    // Awaited only below: a failure that comes while packages still go out must not count as unhandled.
    result.catch(() => {})
    for (const message of packages(id, updates)) {
      if (!this.#jobs.has(id)) break
      post(worker, message, [message.bytes])
      await new Promise((resume) => setImmediate(resume))
    }
    post(worker, { type: 'finish', job: id })
    try {
      return await result
    } finally {
      this.#jobs.delete(id)
      if (this.#jobs.size === 0) {
        worker.unref()
        this.#idle = setTimeout(() => void this.#stop(), this.#idleMilliseconds).unref()
      }
    }
  }

  /** Resolves when the thread has ended, for want of anything to do or otherwise. */
  async idle(): Promise<void> {
    const worker = this.#worker
    if (worker !== undefined) await once(worker, 'exit')
  }

  /** Ends the thread for good. What it was making is rejected, and so is what is asked for later. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#stop()
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    this.#rejectAll(undefined)
    await worker?.terminate()
  }

  #rejectAll(cause: unknown): void {
    const error = new CompactionThreadError('the compaction thread ended', { cause })
    for (const job of this.#jobs.values()) job.reject(error)
    this.#jobs.clear()
  }

  #start(): Worker {
    const worker = new Worker(workerFile('compaction-worker', import.meta.url), { name: 'weft-compaction' })
    let failure: unknown
    worker.on('message', (message: FromCompactionWorker) => this.#receive(message))
    worker.on('error', (error: unknown) => {
      failure = error
    })
    worker.on('exit', () => {
      // One that was stopped has been replaced already, and has no jobs any more.
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#rejectAll(failure)
    })
    return worker
  }

  #receive(message: FromCompactionWorker): void {
    const job = this.#jobs.get(message.job)
    if (job === undefined) return
    switch (message.type) {
      case 'chunk':
        job.chunks.push(message.chunk)
        return
      case 'rebuilt':
        job.resolve({ stateVector: message.stateVector, outline: message.outline, chunks: job.chunks })
        return
      case 'unreadable':
        job.reject(new UnreadableUpdateError(message.position, { cause: message.cause }))
        this.#jobs.delete(message.job)
        return
      case 'failed':
        job.reject(new CompactionThreadError('the state could not be made', { cause: message.cause }))
        this.#jobs.delete(message.job)
    }
  }
}

function post(worker: Worker, message: ToCompactionWorker, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer)
}

/** Copies updates together. They are copied because the store may still hold them. */
function* packages(
  job: number,
  updates: Iterable<LoggedUpdate>,
): Generator<Extract<ToCompactionWorker, { type: 'updates' }>> {
  let gathered: LoggedUpdate[] = []
  let size = 0
  for (const logged of updates) {
    gathered.push(logged)
    size += logged.update.byteLength
    if (size < packageBytes && gathered.length < packageUpdates) continue
    yield pack(job, gathered, size)
    gathered = []
    size = 0
  }
  if (gathered.length > 0) yield pack(job, gathered, size)
}

function pack(
  job: number,
  updates: readonly LoggedUpdate[],
  size: number,
): Extract<ToCompactionWorker, { type: 'updates' }> {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const { update } of updates) {
    bytes.set(update, at)
    at += update.byteLength
  }
  return {
    type: 'updates',
    job,
    positions: updates.map(({ position }) => position),
    lengths: updates.map(({ update }) => update.byteLength),
    bytes: bytes.buffer,
  }
}
