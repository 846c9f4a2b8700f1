import type { Claims } from './claims.ts'

/** How many tokens are remembered. Each may have 16 KiB, and none gets in whose signature does not hold. */
const capacity = 2_000

/**
 * Tokens whose signatures were found to hold, with what they say: a client that sends a token with every request has it checked
 * once. Whether a token has expired or was taken back is asked each time.
 */
export class VerifiedTokens {
  /** The one that was used last is the last. */
  readonly #tokens = new Map<string, { readonly claims: Claims; readonly keys: object }>()

  /** @param keys those that count now: what others verified does not hold any more */
  get(token: string, keys: object): Claims | undefined {
    const found = this.#tokens.get(token)
    if (found === undefined) return undefined
    this.#tokens.delete(token)
    if (found.keys !== keys) return undefined
    this.#tokens.set(token, found)
    return found.claims
  }

  add(token: string, keys: object, claims: Claims): void {
    this.#tokens.set(token, { claims, keys })
    const [oldest] = this.#tokens.keys()
    if (this.#tokens.size > capacity && oldest !== undefined) this.#tokens.delete(oldest)
  }
}
