import type { RevokedTokens } from '@weft/protocol'

/** That tokens were taken back. Times are milliseconds since 1970. */
export interface Revoked {
  readonly tokens: RevokedTokens
  /** Of a subject, tokens are covered that were issued before. */
  readonly before: number
  /** By then all tokens that it covers have expired. */
  readonly until: number
}

/** What a token is told by. */
export interface TokenFacts {
  readonly subject: string
  readonly jti: string | undefined
  /** Milliseconds since 1970. A token that does not say when it was issued counts as issued before anything. */
  readonly issued: number
}

/** Whether a revocation covers a token, for all documents (undefined) or for one. */
export function covers({ tokens, before }: Revoked, token: TokenFacts, document: string | undefined): boolean {
  if ('jti' in tokens) return tokens.jti === token.jti
  if (tokens.subject !== token.subject || token.issued >= before) return false
  return tokens.document === undefined || tokens.document === document
}

/**
 * The revocations that a node knows of. What it has heard of it keeps to its end, whatever becomes of the store: nothing takes
 * a revocation back.
 */
export class RevocationList {
  readonly #now: () => number
  readonly #all = new Map<string, Revoked>()
  /** By token id and by subject: both are texts of anyone's choice, so they do not share a map. */
  #byToken: ReadonlyMap<string, readonly Revoked[]> = new Map()
  #bySubject: ReadonlyMap<string, readonly Revoked[]> = new Map()

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Takes in what is not known yet, and lets go of what is over. @returns whether anything was new */
  add(revocations: readonly (Revoked & { readonly id: string })[]): boolean {
    const fresh = revocations.filter(({ id }) => !this.#all.has(id))
    if (fresh.length === 0) return false
    for (const revocation of fresh) this.#all.set(revocation.id, revocation)
    const now = this.#now()
    for (const [id, { until }] of this.#all) if (until <= now) this.#all.delete(id)
    const all = [...this.#all.values()]
    this.#byToken = Map.groupBy(all, ({ tokens }) => ('jti' in tokens ? tokens.jti : ''))
    this.#bySubject = Map.groupBy(all, ({ tokens }) => ('subject' in tokens ? tokens.subject : ''))
    return true
  }

  /** Whether a token does not hold any more: for all documents (undefined), or for one. */
  covers(token: TokenFacts, document: string | undefined): boolean {
    const now = this.#now()
    const ofToken = token.jti === undefined ? undefined : this.#byToken.get(token.jti)
    const candidates = [...(ofToken ?? []), ...(this.#bySubject.get(token.subject) ?? [])]
    return candidates.some((revocation) => revocation.until > now && covers(revocation, token, document))
  }

  /** The documents for which a subject's token does not hold any more, singly. */
  documentsOf(token: TokenFacts): string[] {
    const now = this.#now()
    return (this.#bySubject.get(token.subject) ?? []).flatMap((revoked) => {
      const document = 'document' in revoked.tokens ? revoked.tokens.document : undefined
      return document !== undefined && revoked.until > now && covers(revoked, token, document) ? [document] : []
    })
  }
}
