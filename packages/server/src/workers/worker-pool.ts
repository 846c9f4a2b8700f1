import type { Socket } from 'node:net'
import { exitCode } from '../exit-code.ts'
import type { Log } from '../observability/log.ts'
import { mergeMetrics } from '../observability/merge-metrics.ts'
import type { Surroundings } from '../room/surroundings.ts'
import { chooseWorker } from './choose-worker.ts'
import type { FromWorker } from './messages.ts'
import { MetricsRounds } from './metrics-round.ts'
import { Worker } from './worker.ts'
import type { ProcessEnd, ProcessListener, WorkerProcess } from './worker-process.ts'

/** Before a worker is started again, in milliseconds: the first time, and what doubling ends at. */
const firstRestart = 250
const largestRestart = 30_000

/** One that lived for so long starts with the first again, in milliseconds. */
const soundLife = 60_000

/** What a pool is made with. */
export interface WorkerPoolParts {
  readonly count: number
  readonly start: (number: number, listener: ProcessListener) => WorkerProcess
  /** Where people reach them. */
  readonly url: string
  readonly surroundings: Pick<Surroundings, 'now' | 'timer'>
  readonly log: Log
  /** The first of them has started. */
  readonly ready: () => void
}

/** How it ended. */
export interface PoolEnd {
  readonly code: number
  /** What a person should read, where they could not be started. */
  readonly failure: string | undefined
}

/** What a number's lives so far tell. */
interface Record {
  /** Short lives in a row. */
  short: number
  restarts: number
}

/** The workers of one command. One that dies is started again; where none can be started, all of it ends. */
export class WorkerPool {
  /** Resolves when all have ended. */
  readonly ended: Promise<PoolEnd>
  readonly #parts: WorkerPoolParts
  readonly #end = Promise.withResolvers<PoolEnd>()
  readonly #workers = new Map<number, Worker>()
  readonly #records = new Map<number, Record>()
  readonly #cancelRestarts = new Map<number, () => void>()
  readonly #rounds: MetricsRounds
  #stopping = false
  #everReady = false
  #code = exitCode.drained
  #failure: string | undefined

  /** Starts all of them at once. */
  constructor(parts: WorkerPoolParts) {
    this.#parts = parts
    this.ended = this.#end.promise
    this.#rounds = new MetricsRounds(parts.surroundings)
    for (let number = 1; number <= parts.count; number++) this.#start(number)
  }

  /**
   * Gives a connection to a worker.
   *
   * @param document that it is about
   * @param head what was read of it already
   * @returns whether there was one
   */
  give(connection: Socket, document: string | undefined, head: Buffer): boolean {
    const worker = chooseWorker(this.#up(), document)
    worker?.give(connection, head)
    return worker !== undefined
  }

  /** Has them drain and end. */
  stop(): void {
    this.#stopping = true
    for (const cancel of this.#cancelRestarts.values()) cancel()
    this.#cancelRestarts.clear()
    for (const worker of this.#workers.values()) worker.tell({ type: 'stop' })
    this.#endWhereNoneIsLeft()
  }

  /** Ends them at once. */
  kill(): void {
    for (const worker of this.#workers.values()) worker.kill()
  }

  #up(): Worker[] {
    return [...this.#workers.values()].filter(({ up }) => up)
  }

  #start(number: number): void {
    const born = this.#parts.surroundings.now()
    const child = this.#parts.start(number, {
      heard: (message) => this.#heard(worker, message),
      ended: (end) => this.#ended(worker, end, this.#parts.surroundings.now() - born),
    })
    const worker: Worker = new Worker(number, child)
    this.#workers.set(number, worker)
    this.#parts.log.info('worker-started', { worker: number, pid: worker.pid })
  }

  #heard(worker: Worker, message: FromWorker): void {
    switch (message.type) {
      case 'up':
        worker.up = true
        return worker.tell({ type: 'welcome', url: this.#parts.url })
      case 'ready':
        worker.ready = true
        if (!this.#everReady) this.#parts.ready()
        this.#everReady = true
        return
      case 'leaving':
        worker.up = false
        worker.leaving = true
        return
      case 'count':
        return worker.counted(message)
      case 'failed':
        worker.failure = message.text
        return
      case 'ask-metrics':
        return void this.#metrics().then((text) => worker.tell({ type: 'all-metrics', id: message.id, text }))
      case 'metrics':
        return this.#rounds.answered(worker, message.id, message.text)
    }
  }

  async #metrics(): Promise<string> {
    const texts = await this.#rounds.ask(this.#up())
    const restarts = [...this.#records].map(
      ([number, record]) => `weft_worker_restarts_total{worker="${number}"} ${record.restarts}`,
    )
    const about = '# HELP weft_worker_restarts_total times that a worker was started again'
    return mergeMetrics([...texts, [about, '# TYPE weft_worker_restarts_total counter', ...restarts].join('\n')])
  }

  #ended(worker: Worker, { code, signal }: ProcessEnd, lived: number): void {
    const { number, ready, failure, leaving } = worker
    worker.gone()
    this.#rounds.gone(worker)
    this.#workers.delete(number)
    if (!this.#stopping && this.#isHopeless(ready, code, signal)) {
      this.#code = code ?? exitCode.failed
      this.#failure = failure
      this.stop()
      return
    }
    if (this.#stopping) {
      if (this.#failure === undefined) this.#code = Math.max(this.#code, code ?? exitCode.failed)
      this.#endWhereNoneIsLeft()
      return
    }
    const after = this.#restartAfter(number, lived)
    const level = leaving && code === exitCode.drained ? 'info' : 'error'
    this.#parts.log[level]('worker-ended', { worker: number, code, signal, detail: failure, restartAfter: after })
    const cancel = this.#parts.surroundings.timer(after, () => {
      this.#cancelRestarts.delete(number)
      this.#start(number)
    })
    this.#cancelRestarts.set(number, cancel)
  }

  /** Where one has been ready, or is, whatever ended this one may pass. A signal comes from outside. */
  #isHopeless(wasReady: boolean, code: number | null, signal: NodeJS.Signals | null): boolean {
    if (wasReady || signal !== null) return false
    if (code === exitCode.wrongConfiguration) return ![...this.#workers.values()].some(({ ready }) => ready)
    return !this.#everReady
  }

  #restartAfter(number: number, lived: number): number {
    const record = this.#records.get(number) ?? { short: 0, restarts: 0 }
    this.#records.set(number, record)
    record.short = lived >= soundLife ? 0 : record.short + 1
    record.restarts++
    return Math.min(firstRestart * 2 ** Math.max(0, record.short - 1), largestRestart)
  }

  #endWhereNoneIsLeft(): void {
    if (this.#workers.size === 0) this.#end.resolve({ code: this.#code, failure: this.#failure })
  }
}
