import type { Socket } from 'node:net'
import type { Candidate } from './choose-worker.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { WorkerProcess } from './worker-process.ts'

/** One life of a worker, as its primary knows it. */
export class Worker implements Candidate {
  readonly number: number
  readonly #child: WorkerProcess
  /** Whether it may be given connections. */
  up = false
  /** Whether it has started to the end, with its store. */
  ready = false
  /** Whether it goes down because it was told to, by a signal of its own. */
  leaving = false
  /** Why it ends, in its own words. */
  failure: string | undefined
  /** What it was given and has not taken yet, the oldest first. */
  readonly #untaken: Socket[] = []
  #connections = 0

  constructor(number: number, child: WorkerProcess) {
    this.number = number
    this.#child = child
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get connections(): number {
    return this.#connections
  }

  get untaken(): number {
    return this.#untaken.length
  }

  tell(message: ToWorker): void {
    this.#child.send(message)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** @param head what was read of it already */
  give(connection: Socket, head: Buffer): void {
    this.#untaken.push(connection)
    this.#connections++
    this.#child.send({ type: 'connection', head: head.toString('latin1') }, connection)
  }

  counted({ came, left }: Extract<FromWorker, { type: 'count' }>): void {
    this.#untaken.splice(0, came)
    this.#connections -= left
  }

  /** It is gone: so is what was on its way, or those people would wait for ever. */
  gone(): void {
    this.up = false
    this.ready = false
    for (const connection of this.#untaken.splice(0)) connection.destroy()
  }
}
