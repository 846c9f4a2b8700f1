import type { Surroundings } from '../room/surroundings.ts'
import type { Worker } from './worker.ts'

/** How long a worker may take to say what it counts, in milliseconds: who hangs is left out. */
const answerLimit = 2_000

/** A question to all workers. */
interface Round {
  readonly missing: Set<Worker>
  readonly texts: string[]
  readonly done: () => void
}

/** Asks workers what they count. */
export class MetricsRounds {
  readonly #surroundings: Pick<Surroundings, 'timer'>
  readonly #rounds = new Map<number, Round>()
  #last = 0

  constructor(surroundings: Pick<Surroundings, 'timer'>) {
    this.#surroundings = surroundings
  }

  /** What each of them counts, without those that do not answer. */
  async ask(workers: readonly Worker[]): Promise<string[]> {
    const id = ++this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    const round: Round = { missing: new Set(workers), texts: [], done: resolve }
    this.#rounds.set(id, round)
    const cancel = this.#surroundings.timer(answerLimit, resolve)
    for (const worker of workers) worker.tell({ type: 'read-metrics', id })
    if (workers.length === 0) resolve()
    await promise
    cancel()
    this.#rounds.delete(id)
    return round.texts
  }

  answered(worker: Worker, id: number, text: string): void {
    const round = this.#rounds.get(id)
    if (round === undefined) return
    round.texts.push(text)
    this.#strike(round, worker)
  }

  /** It answers nothing any more. */
  gone(worker: Worker): void {
    for (const round of this.#rounds.values()) this.#strike(round, worker)
  }

  #strike(round: Round, worker: Worker): void {
    round.missing.delete(worker)
    if (round.missing.size === 0) round.done()
  }
}
