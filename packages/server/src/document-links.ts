import { type DocumentLog, type Collections, StoreUnavailableError } from '@weft/persistence'
import { sameLife } from '@weft/protocol'
import { type Identity, type LinkedIdentities, type Refused } from './auth/access.ts'
import { newLinkCredential, readLinkCredential } from './auth/link-credential.ts'
import type { RevocationList, TokenFacts } from './auth/revocation-list.ts'
import type { Link, Links, NewLink } from './http/link-routes.ts'
import { decodeLink, encodeLink, type KeptLink } from './kept-link.ts'

/** How long a link holds where nobody says: a week, in milliseconds. */
const defaultLifetime = 7 * 24 * 60 * 60 * 1000

/** How many links a document may have: they are listed in one answer. */
const maxLinks = 100

/** What links are made with. */
export interface DocumentLinksParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly store: () => { readonly collections: Collections; readonly log: Pick<DocumentLog, 'heads' | 'load'> }
  readonly revocations: Pick<RevocationList, 'covers'>
  /** Takes a link's token back on every node. @throws StoreUnavailableError */
  readonly revoke: (jti: string, by: string) => Promise<unknown>
  /** How long a token may hold, in milliseconds. A revocation is kept for so long: no link outlives it. */
  readonly maxLifetime: number
  readonly now: () => number
}

/**
 * The links to documents, in a collection for each document under the hashes of their secrets. Links are of one life of their document.
 */
export class DocumentLinks implements Links, LinkedIdentities {
  readonly #parts: DocumentLinksParts

  constructor(parts: DocumentLinksParts) {
    this.#parts = parts
  }

  async create(document: string, link: NewLink, maker: Identity): Promise<{ link: Link; credential: string } | 'full'> {
    const { store, now, maxLifetime } = this.#parts
    // One that is not there says by this why.
    const epoch = (await this.#epoch(document)) ?? (await store().log.load(document)).head.epoch
    const there = await this.#links(document)
    const over = there.filter(({ kept }) => !this.#counts(kept, epoch)).map(({ id }) => id)
    if (there.length - over.length >= maxLinks) return 'full'
    const { text, id } = newLinkCredential(document)
    const created = now()
    // What was given out by a link ends with it at the latest.
    const latest = Math.min(created + maxLifetime, maker.madeBy === undefined ? Infinity : (maker.expires ?? Infinity))
    const kept: KeptLink = {
      epoch,
      role: link.role,
      created,
      createdBy: maker.subject,
      expires: Math.min(link.expires ?? created + defaultLifetime, latest),
      makers: [...(maker.token === undefined ? [] : [maker.token]), ...(maker.madeBy ?? [])],
    }
    await store().collections.change(collectionOf(document), {
      put: [{ key: id, text: encodeLink(kept) }],
      remove: over,
    })
    return { link: shown(id, kept), credential: text }
  }

  async list(document: string): Promise<readonly Link[]> {
    const epoch = (await this.#epoch(document)) ?? (await this.#parts.store().log.load(document)).head.epoch
    return (await this.#links(document))
      .filter(({ kept }) => this.#counts(kept, epoch))
      .map(({ id, kept }) => shown(id, kept))
      .toSorted((a, b) => a.created - b.created)
  }

  async remove(document: string, id: string, by: string): Promise<boolean> {
    const { store, revoke } = this.#parts
    const { collections } = store()
    if ((await collections.get(collectionOf(document), id)) === undefined) return false
    // First, so that whoever has to try again finds it still there.
    await revoke(tokenId(id), by)
    await collections.change(collectionOf(document), { remove: [id] })
    return true
  }

  /** The document is gone for good: nothing is kept of links that hold for no later life of it. */
  async erase(document: string): Promise<void> {
    const { collections } = this.#parts.store()
    const items = await collections.list(collectionOf(document), { limit: 1_000 })
    if (items.length > 0) await collections.change(collectionOf(document), { remove: items.map(({ key }) => key) })
  }

  async identify(credential: string): Promise<Identity | Refused> {
    try {
      return await this.#identify(credential)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      return { refused: 'keys-unavailable', text: 'This server cannot look up links at the moment.' }
    }
  }

  async #identify(credential: string): Promise<Identity | Refused> {
    const named = readLinkCredential(credential)
    if (named === undefined) return refuse('it is cut short or was changed')
    const { document, id } = named
    const kept = await this.#kept(document, id)
    if (kept === undefined) return refuse('it was removed, or never was')
    if (kept.expires <= this.#parts.now()) return refuse('it has expired')
    const epoch = await this.#epoch(document)
    // Whether the document is in the trash or gone is told to whoever has access to it.
    if (epoch !== undefined && !sameLife(epoch, kept.epoch)) return refuse('the document was deleted and made anew')
    const identity = this.#identity(document, id, kept)
    if (!identity.withdrawn(document)) return identity
    return { refused: 'revoked', text: 'The access that this link was made with has been taken back.' }
  }

  #identity(document: string, id: string, { role, created, expires, makers }: KeptLink): Identity {
    const { revocations } = this.#parts
    const subject = `link-${id.slice(0, 16)}`
    const token: TokenFacts = { subject, jti: tokenId(id), issued: created }
    return {
      subject,
      grants: [{ documents: document, role }],
      token,
      // Nobody keeps by a link what its maker has lost.
      withdrawn: (asked) => [token, ...makers].some((facts) => revocations.covers(facts, asked)),
      withdrawnFrom: () => [],
      expires,
      madeBy: makers,
    }
  }

  #counts({ epoch, expires }: KeptLink, current: string): boolean {
    return sameLife(epoch, current) && expires > this.#parts.now()
  }

  async #links(document: string): Promise<{ id: string; kept: KeptLink }[]> {
    // What is over is taken away with the next link that is made, so there are hardly more than there may be.
    const items = await this.#parts.store().collections.list(collectionOf(document), { limit: 1_000 })
    return items.flatMap(({ key, text }) => {
      const kept = decodeLink(text)
      return kept === undefined ? [] : [{ id: key, kept }]
    })
  }

  async #kept(document: string, id: string): Promise<KeptLink | undefined> {
    const text = await this.#parts.store().collections.get(collectionOf(document), id)
    return text === undefined ? undefined : decodeLink(text)
  }

  /** Undefined where the document is not there. */
  async #epoch(document: string): Promise<string | undefined> {
    const [head] = await this.#parts.store().log.heads([document])
    return head?.epoch
  }
}

function collectionOf(document: string): string {
  return `links:${document}`
}

/** By which a link's token is taken back. */
function tokenId(id: string): string {
  return `link:${id}`
}

function shown(id: string, { role, created, createdBy, expires }: KeptLink): Link {
  return { id, role, created, createdBy, expires }
}

function refuse(reason: string): Refused {
  return { refused: 'unauthorized', text: `The link does not hold: ${reason}.` }
}
