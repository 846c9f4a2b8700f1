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
  #dropped = false
  /** Whether the log is being read, as it is at first: until it was, what is heard may lie behind. */
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
    if (this.#ahead.length <= maxAhead) return
    this.#ahead.shift()
    this.#dropped = true
  }

  /**
   * The log is about to be read; the place stays until it was.
   *
   * @returns what was heard and has no place yet. It was appended before, so the log must hold it: where it does not, the log
   *   has lost it
   */
  pause(): Unplaced {
    const unplaced = { appends: this.#ahead, complete: !this.#dropped }
    this.#paused = true
    this.#ahead = []
    this.#dropped = false
    return unplaced
  }

  /** The log was read to its end. */
  reached(loaded: LoadedDocument): void {
    this.#paused = false
    this.#place = loaded.head
    // Heard while it was read, and read.
    this.#ahead = this.#ahead.filter((append) => holds(loaded, append) !== 'yes')
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

/** Appends that were heard and have no place. */
export interface Unplaced {
  readonly appends: readonly AppendReceipt[]
  /** Whether these are all of them. */
  readonly complete: boolean
}

/**
 * How what a log holds relates to what a replica has heard of it. `forked`: the log has lost something that was there.
 * `unclear`: a checkpoint covers the places, so nothing tells whether it has.
 */
export type Relation = 'follows' | 'unclear' | 'forked'

/**
 * @param place where the replica was
 * @param unplaced what it had heard besides
 * @param loaded the log, read from the place's own position
 */
export function relationOf(place: Place, { appends, complete }: Unplaced, loaded: LoadedDocument): Relation {
  const { epoch, position: last, tip } = place
  const beginning = last === 0 && epoch === loaded.head.epoch
  const answers = new Set(appends.map((append) => holds(loaded, append)))
  if (!beginning) answers.add(holds(loaded, { epoch, last, tip }))
  if (answers.has('no')) return 'forked'
  return answers.has('unknown') || !complete ? 'unclear' : 'follows'
}

/** Whether a log that was read holds an entry, by its tip. */
function holds(
  { head, checkpoint, entries }: LoadedDocument,
  { epoch, last, tip }: Pick<AppendReceipt, 'epoch' | 'last' | 'tip'>,
): 'yes' | 'no' | 'unknown' {
  if (epoch !== head.epoch || last > head.position) return 'no'
  const there = last === head.position ? head : entries.find(({ position }) => position === last)
  if (there !== undefined) return there.tip === tip ? 'yes' : 'no'
  if (checkpoint?.place.position === last) return checkpoint.place.tip === tip ? 'yes' : 'no'
  return 'unknown'
}

function endsAt({ epoch, last, tip }: AppendReceipt, place: Place): boolean {
  return samePlace({ epoch, position: last, tip }, place)
}
