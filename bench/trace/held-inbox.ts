import { decodeClientFrame } from '@weft/protocol'
import * as Y from 'yjs'
import type { Inbox, StockClient } from '../support/stock-client.ts'
import { deletedIn, type Trail } from './trail.ts'

/**
 * What one agent has heard of another and not yet been shown. The server may put several transactions into one frame, so a
 * frame can be shown only when all that is in it may be; a replay therefore marks the places where the agent will stand, before
 * the other agent goes on.
 */
export class HeldInbox implements Inbox {
  readonly #client: StockClient
  readonly #waiting: (() => void)[] = []
  readonly #marks = new Map<number, number>()
  readonly #missingDeletes = new Map<string, { client: number; clock: number }>()
  #delivered = 0
  #sentClock = 0
  #heardClock = 0
  #speaker = 0

  constructor(client: StockClient) {
    this.#client = client
    client.hold(this)
  }

  take(frame: Uint8Array, deliver: () => void): void {
    this.#waiting.push(deliver)
    // Updates are written the same way in both directions.
    const message = decodeClientFrame(frame)
    if ('update' in message) this.#note(message.update)
    this.#client.notify()
  }

  /** The other agent has made a transaction, which will come here. */
  expect(trail: Trail): void {
    this.#speaker = trail.clientId
    this.#sentClock = trail.clock
    for (const id of trail.deleted) this.#missingDeletes.set(`${id.client}:${id.clock}`, id)
  }

  /** Waits until everything that was expected is here, and marks this place. */
  async mark(transaction: number): Promise<void> {
    if (this.#marks.has(transaction)) return
    await this.#client.until(`for transaction ${transaction} to come through the server`, () => this.#complete())
    this.#marks.set(transaction, this.#delivered + this.#waiting.length)
  }

  /** Shows the agent everything up to a mark. */
  show(transaction: number): void {
    const until = this.#marks.get(transaction)
    if (until === undefined) throw new Error(`transaction ${transaction} was never marked`)
    this.#marks.delete(transaction)
    this.#deliver(until)
  }

  /** Shows the rest; from now on everything is shown as it comes. */
  release(): void {
    this.#deliver(Number.POSITIVE_INFINITY)
    this.#client.hold(undefined)
  }

  #deliver(until: number): void {
    while (this.#delivered < until) {
      const deliver = this.#waiting.shift()
      if (deliver === undefined) return
      this.#delivered++
      deliver()
    }
  }

  #note(update: Uint8Array): void {
    const { structs } = Y.decodeUpdate(update)
    for (const struct of structs) {
      if (struct.id.client !== this.#speaker || struct instanceof Y.Skip) continue
      this.#heardClock = Math.max(this.#heardClock, struct.id.clock + struct.length)
    }
    for (const { client, clock } of deletedIn(update)) this.#missingDeletes.delete(`${client}:${clock}`)
  }

  #complete(): boolean {
    if (this.#heardClock < this.#sentClock) return false
    // What both deleted changes nothing at the server when the second one says it, so it may never be said here.
    const store = this.#client.doc.store
    for (const [key, { client, clock }] of this.#missingDeletes) {
      if (clock < Y.getState(store, client) && Y.getItem(store, Y.createID(client, clock)).deleted) {
        this.#missingDeletes.delete(key)
      }
    }
    return this.#missingDeletes.size === 0
  }
}
