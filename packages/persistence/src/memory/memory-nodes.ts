import { assertTtl, byName, type NodeRecord, type NodeRegistry } from '../node-registry.ts'

interface Announcement {
  readonly node: NodeRecord
  /** When it stops to count. */
  readonly deadline: number
}

/** The nodes of one process: for tests of several of them. */
export class MemoryNodes implements NodeRegistry {
  readonly #announcements = new Map<string, Announcement>()
  readonly #now: () => number

  /** @param now milliseconds: the clock that all of its nodes are measured by */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  async announce(node: NodeRecord, ttl: number): Promise<NodeRecord | undefined> {
    assertTtl(ttl)
    const before = this.#announcements.get(node.id)
    this.#announcements.set(node.id, { node, deadline: this.#now() + ttl })
    return before !== undefined && this.#counts(before) ? before.node : undefined
  }

  async list(): Promise<readonly NodeRecord[]> {
    const live = [...this.#announcements.values()].filter((announcement) => this.#counts(announcement))
    return live.map(({ node }) => node).sort(byName)
  }

  async withdraw(node: string): Promise<void> {
    this.#announcements.delete(node)
  }

  #counts({ deadline }: Announcement): boolean {
    return deadline > this.#now()
  }
}
