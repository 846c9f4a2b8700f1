import type { Pressure } from '../room/pressure.ts'
import type { Surroundings } from '../room/surroundings.ts'
import type { LoadGauge, LoadReading } from './load-gauge.ts'

/** What a node does about its load: nothing, then less presence, then wider flush windows too, then no new members either. */
export type LoadStage = 0 | 1 | 2 | 3

/** How often the load is read, in milliseconds. */
const readingInterval = 500

/** A stage ends when so many readings in a row were below it. */
const calmReadings = 4

/** When a stage begins. */
interface Threshold {
  readonly stage: LoadStage
  /** Of the event loop, in milliseconds. */
  readonly delay: number
  /** As a share. */
  readonly memory: number
  /** So many readings in a row must be at either. */
  readonly readings: number
}

/** One large document is no overload; and whom nobody lets in suffers more than who waits a little, so that takes three seconds. */
const thresholds: readonly Threshold[] = [
  { stage: 3, delay: 250, memory: 0.9, readings: 6 },
  { stage: 2, delay: 60, memory: 0.85, readings: 2 },
  { stage: 1, delay: 25, memory: 0.8, readings: 2 },
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
 * Watches how loaded the node is and says what to do about it. It goes up as soon as the readings ask for it, and down by one
 * stage at a time, so that it does not swing.
 */
export class NodeLoad implements Pressure {
  readonly #parts: NodeLoadParts
  #stage: LoadStage = 0
  readonly #inARow = thresholds.map(() => 0)
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
      this.#judge(this.#reading)
      this.#readLater()
    })
  }

  #judge({ delay, memory }: LoadReading): void {
    let asked: LoadStage = 0
    let below = true
    for (const [index, threshold] of thresholds.entries()) {
      const reached = delay >= threshold.delay || memory >= threshold.memory
      const inARow = reached ? (this.#inARow[index] ?? 0) + 1 : 0
      this.#inARow[index] = inARow
      if (reached && threshold.stage >= this.#stage) below = false
      if (inARow >= threshold.readings && asked === 0) asked = threshold.stage
    }
    this.#calm = below ? this.#calm + 1 : 0
    if (asked > this.#stage) this.#change(asked)
    else if (this.#stage > 0 && this.#calm >= calmReadings) this.#change(oneBelow(this.#stage))
  }

  #change(stage: LoadStage): void {
    const before = this.#stage
    this.#stage = stage
    this.#calm = 0
    this.#turnedAway = 0
    this.#parts.changed(stage, before, this.#reading)
  }
}

function oneBelow(stage: LoadStage): LoadStage {
  return stage === 3 ? 2 : stage === 2 ? 1 : 0
}
