import type { AppendReceipt, LoadedDocument, Place } from '@weft/persistence'

/** Appends that are kept until what lies between has come. Past it the oldest go; then the log is read, as for any gap. */
const maxAhead = 256

/**
 * Where in the log a replica is: everything up to there was heard in order, or read. Positions alone would not do: after a loss
 * they are given out again, so a step counts only if it leads on from the tip.
 */
export class LogPlace {
  #place: Place
  #ahead: AppendReceipt[] = []
  /** Until `reached` is called for the first time too: what is heard by then may lie behind. */
  #paused = true

  constructor(place: Place) {
    this.#place = place
  }

  get current(): Place {
    return this.#place
  }

  /** Whether something was heard that does not follow from here. */
  get gap(): boolean {
    return !this.#paused && this.#ahead.length > 0
  }

  /** Someone appended. */
  hear(append: AppendReceipt): void {
    this.#ahead.push(append)
    if (!this.#paused) this.#follow()
    if (this.#ahead.length > maxAhead) this.#ahead.shift()
  }

  /** The log is about to be read: what was heard before will be in it, and the place stays until it was. */
  pause(): void {
    this.#paused = true
    this.#ahead = []
  }

  /** The log was read up to a place. */
  reached(place: Place): void {
    this.#paused = false
    this.#place = place
    // Heard while it was read, and read.
    this.#ahead = this.#ahead.filter(({ epoch, last }) => epoch !== place.epoch || last > place.position)
    this.#follow()
  }

  #follow(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#place = { epoch: next.epoch, position: next.last, tip: next.tip }
      // What is heard twice is at the place by now.
      this.#ahead = this.#ahead.filter((append) => !endsAt(append, this.#place))
    }
    this.#ahead = this.#ahead.filter((append) => !endsAt(append, this.#place))
  }

  #next(): AppendReceipt | undefined {
    const { epoch, position, tip } = this.#place
    return this.#ahead.find(
      (append) => append.epoch === epoch && append.first === position + 1 && append.previousTip === tip,
    )
  }
}

/** Whether two places are the same one. */
export function samePlace(a: Place, b: Place): boolean {
  return a.epoch === b.epoch && a.position === b.position && a.tip === b.tip
}

/**
 * How what a log holds relates to a place at which a replica was. `forked`: the log has lost what was there. `trimmed`: a
 * checkpoint covers it, so nothing tells whether it did.
 */
export type Relation = 'follows' | 'trimmed' | 'forked'

/** @param loaded the log, read from the place's own position */
export function relationOf(place: Place, { head, checkpoint, entries }: LoadedDocument): Relation {
  if (head.epoch !== place.epoch || head.position < place.position) return 'forked'
  if (place.position === 0) return 'follows'
  const [first] = entries
  const there = checkpoint === undefined ? first : checkpoint.place
  if (there === undefined) return 'forked'
  if (there.position > place.position) return 'trimmed'
  return there.position === place.position && there.tip === place.tip ? 'follows' : 'forked'
}

function endsAt({ epoch, last, tip }: AppendReceipt, place: Place): boolean {
  return samePlace({ epoch, position: last, tip }, place)
}
