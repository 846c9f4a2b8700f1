import { StoreUnavailableError } from '../errors.ts'
import type { Relay, RelayListener, RelaySubscription } from '../relay.ts'
import type { DocumentAccess } from './document-access.ts'
import { decodeRelayMessage, encodePresence } from './relay-message.ts'
import type { ShardedChannels } from './sharded-channels.ts'

/** The relay in Redis: a channel for each document, at the master that holds it, subscribed while the document is open. */
export class RedisRelay implements Relay {
  readonly node: string
  readonly #access: DocumentAccess
  readonly #channels: ShardedChannels
  #closed = false

  constructor(access: DocumentAccess, channels: ShardedChannels, node: string) {
    this.#access = access
    this.#channels = channels
    this.node = node
  }

  async subscribe(document: string, listener: RelayListener): Promise<RelaySubscription> {
    const leave = await this.#channels.subscribe(this.#access.keys(document).relay, {
      message: (bytes) => this.#receive(document, bytes, listener),
      resumed: () => listener.resumed(),
    })
    return { close: leave }
  }

  async publish(document: string, message: Uint8Array): Promise<void> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    const channel = this.#access.keys(document).relay
    await this.#access.call(document, channel, 'SPUBLISH', [encodePresence(this.node, message, this.#access.formats)])
  }

  /** Publishes nothing more. */
  close(): void {
    this.#closed = true
  }

  #receive(document: string, bytes: Buffer, listener: RelayListener): void {
    const message = decodeRelayMessage(bytes, document, this.#access.formats)
    if (message === undefined) listener.resumed()
    else if (message.kind === 'append') listener.appended(message.append)
    else if (message.origin !== this.node) listener.published(message.message, message.origin)
  }
}
