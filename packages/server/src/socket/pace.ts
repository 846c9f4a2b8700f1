import { messageType, syncType } from '@weft/protocol'
import type { Surroundings } from '../room/surroundings.ts'
import { Allowance, type AllowanceLimits } from './allowance.ts'
import { RecentCount } from './recent-count.ts'

/** What members may send, and for how long they may want to send more. Times are milliseconds. */
export interface PaceLimits extends AllowanceLimits {
  /** After so long without ever getting its allowance back, while others wait, a member is sent away. */
  readonly tooFast: number
}

/** A question has an answer that may be large, so it counts as so many messages. */
const questionWeight = 50

/** How often those who are over their allowance get what time has brought, in milliseconds: their share comes in small parts. */
const tickInterval = 10

/** What the pace keeps of one connection. */
export class PaceAccount {
  readonly allowance: Allowance
  readonly work: RecentCount = new RecentCount()

  /** @param now milliseconds */
  constructor(limits: PaceLimits, now: number) {
    this.allowance = new Allowance(limits, now)
  }
}

/** A connection whose pace is kept. */
export interface Paced {
  readonly account: PaceAccount
  /** Whether what it sends waits. */
  readonly waiting: boolean
  /** From here on nothing of it is taken in. What has been read already waits with it. */
  wait(): void
  /** Takes in what waits, for as long as the allowance lasts. */
  goOn(): void
  /** It is sent away. */
  tooFast(): void
}

/**
 * Keeps members from taking more than their share of a node (R3). Whoever is over their allowance is read no further until time
 * has brought it back. That holds only while others do work too: somebody who replays a history alone takes what there is. Work
 * are updates and what asks for them, not presence, which stock clients repeat of each other with nobody at the keyboard.
 *
 * There is one timer for all, and none while everybody keeps within their allowance.
 */
export class Pace {
  readonly #limits: PaceLimits
  readonly #surroundings: Surroundings
  readonly #work = new RecentCount()
  /** Who was over their allowance and did not have all of it back since, and from when on. */
  readonly #over = new Map<Paced, number>()
  #cancelTick: (() => void) | undefined

  constructor(limits: PaceLimits, surroundings: Surroundings) {
    this.#limits = limits
    this.#surroundings = surroundings
  }

  open(): PaceAccount {
    return new PaceAccount(this.#limits, this.#surroundings.now())
  }

  /** How many connections wait for their allowance. */
  get waiting(): number {
    let waiting = 0
    for (const paced of this.#over.keys()) if (paced.waiting) waiting++
    return waiting
  }

  /** A frame of a member was taken in. */
  count(paced: Paced, frame: Uint8Array): void {
    const { work } = paced.account
    const type = frame[0]
    if (type === messageType.sync) {
      work.add()
      this.#work.add()
    }
    const asks = type === messageType.queryAwareness || (type === messageType.sync && frame[1] === syncType.step1)
    this.spend(paced, asks ? questionWeight : 1, frame.byteLength)
  }

  /** A member took so much of its allowance. */
  spend(paced: Paced, messages: number, bytes: number): void {
    const { allowance } = paced.account
    allowance.spend(messages, bytes)
    if (allowance.exhausted) this.#exhausted(paced)
  }

  /** A connection is over. */
  forget(paced: Paced): void {
    this.#over.delete(paced)
    // Whoever comes back must not be taken for somebody else who works.
    this.#work.without(paced.account.work)
  }

  /** Some seconds have passed, for the accounts too: who was silent for two of these waits for nothing. */
  sweep(): void {
    this.#work.sweep()
  }

  close(): void {
    this.#cancelTick?.()
    this.#over.clear()
  }

  #othersWork({ account }: Paced): boolean {
    return this.#work.recent > account.work.recent
  }

  #exhausted(paced: Paced): void {
    const now = this.#surroundings.now()
    const { allowance } = paced.account
    allowance.refill(now)
    if (!allowance.exhausted) return
    if (!this.#othersWork(paced)) {
      allowance.fill(now)
      return
    }
    const since = this.#over.get(paced)
    if (since === undefined) this.#over.set(paced, now)
    paced.wait()
    this.#tickLater()
  }

  #tickLater(): void {
    this.#cancelTick ??= this.#surroundings.timer(tickInterval, () => {
      this.#cancelTick = undefined
      for (const [paced, since] of this.#over) this.#tick(paced, since)
      if (this.#over.size > 0) this.#tickLater()
    })
  }

  #tick(paced: Paced, since: number): void {
    const now = this.#surroundings.now()
    const { allowance } = paced.account
    if (this.#othersWork(paced)) allowance.refill(now)
    else allowance.fill(now)
    if (allowance.full) this.#over.delete(paced)
    if (!paced.waiting) return
    if (!allowance.full && now - since >= this.#limits.tooFast) paced.tooFast()
    else if (!allowance.exhausted) paced.goOn()
  }
}
