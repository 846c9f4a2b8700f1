import type { Access, AccessPolicy, Refused, Role } from './access.ts'

/** What anonymous people may do. */
export type AnonymousAccess = 'none' | Role

/**
 * The policy of a server that verifies no tokens: everyone is anonymous and may do the same. A token is refused all the
 * same, since one that cannot be verified does not hold; taking it for anonymous would hide a wrong configuration.
 */
export class AnonymousPolicy implements AccessPolicy {
  readonly #access: AnonymousAccess
  readonly #randomId: () => string

  constructor(access: AnonymousAccess, randomId: () => string) {
    this.#access = access
    this.#randomId = randomId
  }

  decide(token: string | undefined): Promise<Access | Refused> {
    if (token !== undefined) return Promise.resolve(refuse('This server verifies no tokens: connect without one.'))
    if (this.#access === 'none') return Promise.resolve(refuse('This server lets in nobody without a token.'))
    return Promise.resolve({ actor: `anonymous-${this.#randomId()}`, role: this.#access })
  }
}

function refuse(text: string): Refused {
  return { refused: 'unauthorized', text }
}
