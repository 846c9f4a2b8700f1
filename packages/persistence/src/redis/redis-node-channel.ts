import { StoreUnavailableError } from '../errors.ts'
import type { NodeChannel, NodeListener, NodeListening } from '../node-channel.ts'
import type { DocumentAccess } from './document-access.ts'
import { numberIn } from './reply.ts'
import { runShared } from './shared-key.ts'
import type { ShardedChannels } from './sharded-channels.ts'

/** Messages between nodes in Redis: a channel for each node, at the master that its name falls to. */
export class RedisNodeChannel implements NodeChannel {
  readonly node: string
  readonly #access: DocumentAccess
  readonly #channels: ShardedChannels
  #closed = false

  constructor(access: DocumentAccess, channels: ShardedChannels, node: string) {
    this.#access = access
    this.#channels = channels
    this.node = node
  }

  async listen(listener: NodeListener): Promise<NodeListening> {
    const leave = await this.#channels.subscribe(this.#nameOf(this.node), {
      message: (bytes) => {
        const text = bytes.toString()
        const end = text.indexOf('\n')
        if (end !== -1) listener(text.slice(end + 1), text.slice(0, end))
      },
      // What was missed was a question or an answer, and whoever waited for it has gone on.
      resumed: () => {},
    })
    return { close: leave }
  }

  async send(to: string, message: string): Promise<boolean> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    const channel = this.#nameOf(to)
    // No name of a node has a line break in it.
    const args = [channel, `${this.node}\n${message}`]
    return (
      numberIn(await runShared(this.#access, channel, (commands, asking) => commands.call('SPUBLISH', args, asking))) >
      0
    )
  }

  /** Sends nothing more. */
  close(): void {
    this.#closed = true
  }

  #nameOf(node: string): string {
    return `${this.#access.prefix}:node:${node}`
  }
}
