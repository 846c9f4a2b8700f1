import type { Pressure } from '../room/pressure.ts'
import type { Surroundings } from '../room/surroundings.ts'
import type { LoadGauge, LoadReading } from './load-gauge.ts'

/** What a node does about its load: nothing, then less presence, then wider flush windows too, then no new members either. */
export type LoadStage = 0 | 1 | 2 | 3

/** How often the load is read, in milliseconds. */
const readingInterval = 500

/** A stage ends when so many readings in a row were below it. */
const calmReadings = 4

/** From which delay of the event loop on, in milliseconds, and from which share of memory on. */
const stages: readonly { readonly stage: LoadStage; readonly delay: number; readonly memory: number }[] = [
  { stage: 3, delay: 200, memory: 0.9 },
  { stage: 2, delay: 60, memory: 0.85 },
  { stage: 1, delay: 25, memory: 0.8 },
]

/** What each stage does to rooms. */
const eases: Readonly<Record<LoadStage, Pick<Pressure, 'presenceInterval' | 'flushWidening'>>> = {
  0: { presenceInterval: 0, flushWidening: 1 },
  1: { presenceInterval: 250, flushWidening: 1 },
  2: { presenceInterval: 500, flushWidening: 4 },
  3: { presenceInterval: 1_000, flushWidening: 4 },
}

/** When the first who is not let in should come back, each one after it, and the last, in milliseconds. */
const comeBack = { first: 2_000, next: 10, last: 30_000 }

/** What a node's load is made with. */
export interface NodeLoadParts {
  readonly gauge: LoadGauge
  readonly surroundings: Surroundings
  /** Told when what the node does about its load changes. */
  readonly changed: (stage: LoadStage, before: LoadStage, reading: LoadReading) => void
}

/**
 * Watches how loaded the node is and says what to do about it. It goes up by what two readings in a row ask for, so that one
 * large document is no overload, and down by one stage at a time, so that it does not swing.
 */
export class NodeLoad implements Pressure {
  readonly #parts: NodeLoadParts
  #stage: LoadStage = 0
  #asked: LoadStage = 0
  #calm = 0
  #turnedAway = 0
  #reading: LoadReading = { delay: 0, memory: 0 }
  #cancel: () => void = () => {}

  constructor(parts: NodeLoadParts) {
    this.#parts = parts
    this.#readLater()
  }

  get stage(): LoadStage {
    return this.#stage
  }

  get reading(): LoadReading {
    return this.#reading
  }

  get presenceInterval(): number {
    return eases[this.#stage].presenceInterval
  }

  get flushWidening(): number {
    return eases[this.#stage].flushWidening
  }

  /** They are told to come back one after the other, not all at once. */
  turnAway(): number | undefined {
    if (this.#stage < 3) return undefined
    return Math.min(comeBack.last, comeBack.first + comeBack.next * this.#turnedAway++)
  }

  close(): void {
    this.#cancel()
    this.#parts.gauge.close()
  }

  #readLater(): void {
    this.#cancel = this.#parts.surroundings.timer(readingInterval, () => {
      this.#reading = this.#parts.gauge.read()
      this.#judge(stageOf(this.#reading))
      this.#readLater()
    })
  }

  #judge(asks: LoadStage): void {
    const both = asks < this.#asked ? asks : this.#asked
    this.#asked = asks
    this.#calm = asks < this.#stage ? this.#calm + 1 : 0
    if (both > this.#stage) this.#change(both)
    else if (this.#calm >= calmReadings) this.#change(below(this.#stage))
  }

  #change(stage: LoadStage): void {
    const before = this.#stage
    this.#stage = stage
    this.#calm = 0
    this.#turnedAway = 0
    this.#parts.changed(stage, before, this.#reading)
  }
}

function stageOf({ delay, memory }: LoadReading): LoadStage {
  return stages.find((candidate) => delay >= candidate.delay || memory >= candidate.memory)?.stage ?? 0
}

function below(stage: LoadStage): LoadStage {
  return stage === 3 ? 2 : stage === 2 ? 1 : 0
}
