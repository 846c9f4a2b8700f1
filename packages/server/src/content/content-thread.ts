import { Worker } from 'node:worker_threads'
import { ContentError } from './content-error.ts'
import type { ContentTask, FromContentWorker, ToContentWorker } from './content-messages.ts'

/** The bounds of the thread. Times are milliseconds. */
export interface ContentLimits {
  /** Tasks under way at once: each holds its document in memory. */
  readonly tasks: number
  /** How long one may take before the thread is ended, and with it all that waits for it. */
  readonly taskTime: number
  /** How long the thread stays when there is nothing to do. */
  readonly idleTime: number
}

/** The defaults. */
export const defaultContentLimits: ContentLimits = {
  // A thread does them one after the other; of 1 MB each takes some tens of milliseconds.
  tasks: 64,
  // A document of the largest size takes some seconds.
  taskTime: 30_000,
  idleTime: 10_000,
}

interface Job {
  readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void
  readonly reject: (reason: ContentError) => void
}

/** About how much is handed to the thread at once: copying it is what the event loop pays. */
const copiedAtOnce = 1024 * 1024

/**
 * The thread that reads documents' content, so that a large one does not keep other requests waiting. It is there only while it
 * is needed: a thread that has held a large document keeps its memory.
 */
export class ContentThread {
  readonly #limits: ContentLimits
  readonly #jobs = new Map<number, Job>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #lastJob = 0
  #closed = false

  constructor(limits: ContentLimits) {
    this.#limits = limits
  }

  /**
   * @param updates the document's state
   * @throws ContentError
   */
  async run(updates: readonly Uint8Array[], task: ContentTask): Promise<Uint8Array<ArrayBuffer>> {
    const { tasks, taskTime, idleTime } = this.#limits
    if (this.#closed) throw new ContentError('overloaded', 'the server is going down')
    if (this.#jobs.size >= tasks) throw new ContentError('overloaded', 'too many documents are being read at once')
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    // The process may end while the thread is idle, not while someone waits for it.
    worker.ref()
    const job = ++this.#lastJob
    const result = new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => this.#jobs.set(job, { resolve, reject }))
    // Awaited only below: a failure that comes while the state still goes out must not count as unhandled.
    result.catch(() => {})
    const giveUp = setTimeout(() => {
      if (this.#worker === worker) this.#end(new ContentError('too-long', 'reading the document took too long'))
    }, taskTime)
    try {
      for (const part of parts(updates)) {
        if (this.#worker !== worker) break
        post(worker, { type: 'state', job, updates: part })
        await new Promise((resume) => setImmediate(resume))
      }
      post(worker, { type: 'task', job, task })
      return await result
    } finally {
      clearTimeout(giveUp)
      this.#jobs.delete(job)
      if (this.#jobs.size === 0) {
        worker.unref()
        this.#idle = setTimeout(() => void this.#stop(), idleTime).unref()
      }
    }
  }

  /** Ends the thread for good, and what it does. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#stop()
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#idle)
    await this.#end(new ContentError('overloaded', 'the server is going down'))?.terminate()
  }

  /** @returns the thread that was ended */
  #end(reason: ContentError): Worker | undefined {
    const worker = this.#worker
    this.#worker = undefined
    for (const job of this.#jobs.values()) job.reject(reason)
    this.#jobs.clear()
    void worker?.terminate()
    return worker
  }

  #start(): Worker {
    // It stands beside this file, and ends in what this file ends in: `.ts` in a checkout, `.js` when built.
    const file = `./content-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`
    const worker = new Worker(new URL(file, import.meta.url), { name: 'weft-content' })
    worker.on('message', (message: FromContentWorker) => this.#receive(message))
    let failure = 'the thread that reads documents ended'
    worker.on('error', (error: unknown) => {
      failure += `: ${error instanceof Error ? error.message : String(error)}`
    })
    worker.on('exit', () => {
      // One that was ended has been replaced already.
      if (this.#worker === worker) this.#end(new ContentError('failed', failure))
    })
    return worker
  }

  #receive(message: FromContentWorker): void {
    const job = this.#jobs.get(message.job)
    if (message.type === 'done') job?.resolve(message.bytes)
    else job?.reject(new ContentError(message.kind, message.text))
  }
}

function post(worker: Worker, message: ToContentWorker): void {
  worker.postMessage(message)
}

/** Updates in parts of about so many bytes. A single one is never split: it is copied faster than it is applied. */
function* parts(updates: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let part: Uint8Array[] = []
  let bytes = 0
  for (const update of updates) {
    part.push(update)
    bytes += update.byteLength
    if (bytes < copiedAtOnce) continue
    yield part
    part = []
    bytes = 0
  }
  if (part.length > 0) yield part
}
