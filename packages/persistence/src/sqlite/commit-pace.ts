import type { WriteJob } from './write-jobs.ts'

/** How far apart commits are while several documents are written to, in milliseconds: it adds to how late _saved_ is. */
const apart = 8

/**
 * When the next transaction begins. A commit costs the same CPU whatever is in it, so while appends of several documents come faster
 * than this they give each other company. A document that is written to alone never waits, nor does anything but appends.
 */
export class CommitPace {
  readonly #apart: number
  readonly #now: () => number
  #last = -Infinity
  /** The document of the latest append. */
  #document: string | undefined
  #several = false
  #urgent = false

  constructor(milliseconds: number = apart, now: () => number = () => performance.now()) {
    this.#apart = milliseconds
    this.#now = now
  }

  /** A job has come. */
  add(job: WriteJob): void {
    if (job.type !== 'append') {
      this.#urgent = true
      return
    }
    if (this.#document !== undefined && this.#document !== job.document) this.#several = true
    this.#document = job.document
  }

  /** Milliseconds until what has come should be committed; 0 for now. */
  get wait(): number {
    if (this.#urgent || !this.#several) return 0
    return Math.max(0, this.#last + this.#apart - this.#now())
  }

  /** A transaction begins. @param full whether not all that has come had room in it: then nobody needs company */
  begun(full: boolean): void {
    this.#last = this.#now()
    this.#several = false
    this.#urgent = full
  }
}
