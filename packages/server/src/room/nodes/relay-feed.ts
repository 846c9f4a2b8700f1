import type { Relay, RelayedAppend, RelayListener, RelaySubscription } from '@weft/persistence'
import type { OtherNodes } from './other-nodes.ts'

/** What may wait for a document that is being loaded, in bytes. Past it all of it is dropped, and read from the log instead. */
const maxHeldBytes = 4 * 1024 * 1024

type Message =
  | { readonly kind: 'append'; readonly append: RelayedAppend }
  | { readonly kind: 'presence'; readonly message: Uint8Array; readonly origin: string }

/**
 * A document's subscription, taken before its log is loaded, so that nothing falls between the two: what comes meanwhile waits
 * for the room.
 */
export class RelayFeed implements RelayListener {
  #held: Message[] = []
  #heldBytes = 0
  #missed = false
  #others: OtherNodes | undefined
  #subscription: RelaySubscription | undefined

  /** @throws StoreUnavailableError */
  static async open(relay: Relay, document: string): Promise<RelayFeed> {
    const feed = new RelayFeed()
    feed.#subscription = await relay.subscribe(document, feed)
    return feed
  }

  /** The room is there: it gets what has waited, and then everything as it comes. */
  connect(others: OtherNodes): void {
    this.#others = others
    for (const message of this.#held) {
      if (message.kind === 'append') others.heard(message.append)
      else others.heardPresence(message.message, message.origin)
    }
    this.#held = []
    others.start()
    if (this.#missed) others.resumed()
  }

  close(): void {
    this.#subscription?.close()
  }

  appended(append: RelayedAppend): void {
    if (this.#others !== undefined) this.#others.heard(append)
    else {
      const bytes = append.entries.reduce((sum, { update }) => sum + update.byteLength, 0)
      this.#hold({ kind: 'append', append }, bytes)
    }
  }

  published(message: Uint8Array, origin: string): void {
    if (this.#others !== undefined) this.#others.heardPresence(message, origin)
    else this.#hold({ kind: 'presence', message, origin }, message.byteLength)
  }

  resumed(): void {
    if (this.#others !== undefined) this.#others.resumed()
    else this.#missed = true
  }

  #hold(message: Message, bytes: number): void {
    this.#heldBytes += bytes
    this.#held.push(message)
    if (this.#heldBytes <= maxHeldBytes) return
    this.#held = []
    this.#heldBytes = 0
    this.#missed = true
  }
}
