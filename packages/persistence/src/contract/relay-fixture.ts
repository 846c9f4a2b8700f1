import type { Relay, RelayedAppend, RelayListener } from '../relay.ts'
import type { Store } from '../store.ts'

/** One of several nodes that share a store. */
export interface RelayNode {
  readonly store: Store
  readonly relay: Relay
}

/** Two nodes over one empty store. */
export interface RelayFixture {
  /** Named `node-a`. */
  readonly a: RelayNode
  /** Named `node-b`. */
  readonly b: RelayNode
  /** Brings what was published to those it is for, where it does not go there by itself. */
  readonly deliver: () => void
  /** Takes node b's subscriptions away, does something, and gives them back. */
  readonly whileDeaf: (work: () => Promise<void>) => Promise<void>
  readonly dispose: () => Promise<void>
}

/** A relay, to be put to the contract. */
export interface RelayKind {
  readonly name: string
  create(): Promise<RelayFixture>
}

/** A listener that keeps what it hears, and that a test can wait on. */
export class HearingListener implements RelayListener {
  readonly appends: RelayedAppend[] = []
  readonly messages: string[] = []
  resumptions = 0
  readonly #waiting = new Set<() => void>()

  appended(append: RelayedAppend): void {
    this.appends.push(append)
    this.#tell()
  }

  published(message: Uint8Array, origin: string): void {
    this.messages.push(`${origin}: ${Buffer.from(message).toString()}`)
    this.#tell()
  }

  resumed(): void {
    this.resumptions++
    this.#tell()
  }

  /** What the appends that were heard said. */
  get texts(): string[] {
    return this.appends.flatMap(({ entries }) => entries.map(({ update }) => Buffer.from(update).toString()))
  }

  /** Resolves once something holds of what was heard. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
