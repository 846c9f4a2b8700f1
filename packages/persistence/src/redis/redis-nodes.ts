import { assertTtl, byName, type NodeRecord, type NodeRegistry } from '../node-registry.ts'
import type { DocumentAccess } from './document-access.ts'
import { decodeNode, encodeNode } from './node-codec.ts'
import type { RedisConnection } from './redis-connection.ts'
import { fieldsIn, maybeTextIn } from './reply.ts'
import { runShared } from './shared-key.ts'
import { announceScript, listNodesScript } from './scripts/nodes.ts'

/**
 * The nodes in Redis: one hash at the master that holds its slot. A key of its own for each node would expire by itself, but
 * then listing a few nodes of a Cluster would mean to scan the keys of all documents at all masters.
 */
export class RedisNodes implements NodeRegistry {
  readonly #access: DocumentAccess
  readonly #key: string

  constructor(access: DocumentAccess) {
    this.#access = access
    this.#key = `${access.prefix}:nodes`
  }

  async announce(node: NodeRecord, ttl: number): Promise<NodeRecord | undefined> {
    assertTtl(ttl)
    const before = await this.#ask((commands, asking) =>
      commands.run(announceScript, [this.#key], [node.id, ttl, encodeNode(node)], asking),
    )
    const text = maybeTextIn(before)
    return text === undefined ? undefined : decodeNode(text, node.id)
  }

  async list(): Promise<readonly NodeRecord[]> {
    const reply = await this.#ask((commands, asking) => commands.run(listNodesScript, [this.#key], [], asking))
    const nodes = [...fieldsIn(reply)].map(([id, text]) => decodeNode(text.toString(), id))
    return nodes.filter((node) => node !== undefined).sort(byName)
  }

  async withdraw(node: string): Promise<void> {
    await this.#ask((commands, asking) => commands.call('HDEL', [this.#key, node], asking))
  }

  async #ask(send: (commands: RedisConnection, asking: boolean) => Promise<unknown>): Promise<unknown> {
    return await runShared(this.#access, this.#key, send)
  }
}
