import type { AccessPolicy, Identity, LinkedIdentities, Refused, Role } from './access.ts'
import { isLinkCredential } from './link-credential.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** What anonymous people may do. */
export type AnonymousAccess = 'none' | Role

/** What a policy is made with. */
export interface IdentityPolicyParts {
  /** Undefined for a server that verifies no tokens. */
  readonly verifier: Pick<TokenVerifier, 'verify'> | undefined
  readonly links: LinkedIdentities
  readonly anonymous: AnonymousAccess
  readonly randomId: () => string
}

/**
 * Tells who someone is by their token. Whoever brings none is anonymous, where that is allowed, and has what a token of the
 * server's own would give. A token that does not hold is refused all the same: taking its bearer for anonymous would hide a
 * wrong configuration, and write in another's name.
 */
export class IdentityPolicy implements AccessPolicy {
  readonly #parts: IdentityPolicyParts

  constructor(parts: IdentityPolicyParts) {
    this.#parts = parts
  }

  async identify(token: string | undefined): Promise<Identity | Refused> {
    const { verifier, links, anonymous, randomId } = this.#parts
    if (token !== undefined && isLinkCredential(token)) return await links.identify(token)
    if (token !== undefined)
      return (await verifier?.verify(token)) ?? refuse('This server verifies no tokens: connect without one.')
    if (anonymous === 'none') return refuse('This server lets in nobody without a token.')
    return {
      subject: `anonymous-${randomId()}`,
      grants: [{ documents: '*', role: anonymous }],
      token: undefined,
      withdrawn: () => false,
      withdrawnFrom: () => [],
      expires: undefined,
    }
  }
}

function refuse(text: string): Refused {
  return { refused: 'unauthorized', text }
}
