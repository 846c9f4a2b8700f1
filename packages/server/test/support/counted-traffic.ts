import type { Traffic } from '../../src/room/traffic.ts'

/** Traffic as a room told of it. */
export class CountedTraffic implements Traffic {
  updatesTaken = 0
  changesSent = 0
  queuesDropped = 0
  readonly flushes: number[] = []
  readonly savedAfter: number[] = []

  took(): void {
    this.updatesTaken++
  }

  flushed(updates: number): void {
    this.flushes.push(updates)
  }

  delivered(members: number): void {
    this.changesSent += members
  }

  dropped(): void {
    this.queuesDropped++
  }

  saved(milliseconds: number): void {
    this.savedAfter.push(milliseconds)
  }
}
