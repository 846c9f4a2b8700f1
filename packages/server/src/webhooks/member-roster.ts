/**
 * Which members of a node somebody has been told of, in the store, so that others say `left` for them where the node is killed. Each
 * life of a node has a roster: a collection with its members under their ids. One more collection has the names of all rosters.
 *
 * @module
 */

import type { Collections } from '@weft/persistence'
import { z } from 'zod'
import type { MemberNews } from './member-news.ts'

/** The collection of the names of all rosters. */
const rosters = 'member-rosters'

/** Members that are written or read at once. */
const perChange = 500

/** A member as a roster has it. */
export type RosteredMember = Pick<MemberNews, 'document' | 'member' | 'subject'>

const memberSchema: z.ZodType<RosteredMember> = z.object({
  document: z.string(),
  member: z.string(),
  subject: z.string(),
})

/** A roster's name: the node's, and what tells this life of it from others. */
export interface RosterName {
  readonly node: string
  readonly life: string
}

/** Keeps the roster of this node. All methods throw StoreUnavailableError. */
export class MemberRoster {
  readonly #collections: () => Collections
  readonly #name: string
  readonly #kept = new Set<string>()

  constructor(collections: () => Collections, name: RosterName) {
    this.#collections = collections
    this.#name = textOf(name)
  }

  async add(members: readonly RosteredMember[]): Promise<void> {
    if (members.length === 0) return
    // Its name each time: where this node was taken for dead it is gone.
    await this.#collections().change(rosters, { put: [{ key: this.#name, text: '' }] })
    for (const part of parts(members)) {
      const put = part.map(({ document, member, subject }) => ({
        key: member,
        text: JSON.stringify({ document, member, subject }),
      }))
      await this.#collections().change(collectionOf(this.#name), { put })
      for (const { member } of part) this.#kept.add(member)
    }
  }

  /** Of members that are in it, and of others, of which nothing is known here. */
  async remove(members: readonly string[]): Promise<void> {
    for (const remove of parts(members.filter((member) => this.#kept.has(member)))) {
      await this.#collections().change(collectionOf(this.#name), { remove })
      for (const member of remove) this.#kept.delete(member)
    }
  }

  /** The node goes down. Of whom nobody could be told yet, others tell. */
  async end(): Promise<void> {
    if (this.#kept.size === 0) await this.#collections().change(rosters, { remove: [this.#name] })
  }
}

/** The rosters that there are. @throws StoreUnavailableError */
export async function listRosters(collections: Collections): Promise<RosterName[]> {
  const items = await collections.list(rosters, { limit: 1_000 })
  return items.map(({ key }) => {
    const slash = key.lastIndexOf('/')
    return { node: key.slice(0, slash), life: key.slice(slash + 1) }
  })
}

/**
 * Takes a roster away, some members at a time.
 *
 * @param told is given each part before it is taken away
 * @throws StoreUnavailableError, and what `told` throws
 */
export async function clearRoster(
  collections: Collections,
  name: RosterName,
  told: (members: readonly RosteredMember[]) => Promise<void>,
): Promise<void> {
  const collection = collectionOf(textOf(name))
  for (;;) {
    const items = await collections.list(collection, { limit: perChange })
    if (items.length === 0) break
    await told(items.flatMap(({ text }) => memberIn(text)))
    await collections.change(collection, { remove: items.map(({ key }) => key) })
  }
  await collections.change(rosters, { remove: [textOf(name)] })
}

function textOf({ node, life }: RosterName): string {
  return `${node}/${life}`
}

function collectionOf(name: string): string {
  return `members:${name}`
}

function memberIn(text: string): RosteredMember[] {
  try {
    const { data } = memberSchema.safeParse(JSON.parse(text))
    return data === undefined ? [] : [data]
  } catch {
    return []
  }
}

function* parts<T>(all: readonly T[]): Generator<T[]> {
  for (let start = 0; start < all.length; start += perChange) yield all.slice(start, start + perChange)
}
