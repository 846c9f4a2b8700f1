import { maxDocumentIdLength } from '@weft/protocol'
import type { AccessPolicy, Grant, Identity, LinkedIdentities, Refused } from './access.ts'
import { isDocumentPattern } from './document-pattern.ts'
import { isLinkCredential } from './link-credential.ts'
import type { RevocationList } from './revocation-list.ts'

/** Who someone is, as an embedder says it. */
export interface Authorized {
  /** 1 to 256 characters: kept with what they write. */
  readonly subject: string
  /** What they may do. In `documents`, `*` stands for any characters. */
  readonly access: readonly Grant[]
  /** When that ends; left away where it does not. A live connection is then closed, unless a fresh token came. */
  readonly expires?: Date | undefined
  /** When the token was issued, for revocations of its subject; left away, it counts as issued before any. */
  readonly issued?: Date | undefined
  /** The token's own id, for revocations of it. */
  readonly tokenId?: string | undefined
}

/**
 * Decides who someone is by the token that they brought, if any. Undefined lets nobody in. What it throws is for the log; whoever
 * asked is told to come again.
 */
export type Authorize = (token: string | undefined) => Authorized | undefined | Promise<Authorized | undefined>

/** What a policy of an embedder's own is made with. */
export interface AuthorizePolicyParts {
  readonly authorize: Authorize
  /** Links are the server's own: nobody else is asked about them. */
  readonly links: LinkedIdentities
  readonly revocations: RevocationList
  readonly failed: (error: unknown) => void
}

/** An embedder's decision as the one policy for HTTP and WebSocket. */
export function authorizePolicy({ authorize, links, revocations, failed }: AuthorizePolicyParts): AccessPolicy {
  return {
    identify: async (given) => {
      if (given !== undefined && isLinkCredential(given)) return await links.identify(given)
      let authorized: Authorized | undefined
      try {
        authorized = await authorize(given)
        if (authorized !== undefined) assertSound(authorized)
      } catch (error) {
        failed(error)
        return { refused: 'keys-unavailable', text: 'Who you are cannot be told at the moment: try again.' }
      }
      if (authorized !== undefined) return identityOf(authorized, revocations)
      return { refused: 'unauthorized', text: given === undefined ? 'A token is needed.' : 'This token does not hold.' }
    },
  }
}

function identityOf(
  { subject, access, expires, issued, tokenId }: Authorized,
  revocations: RevocationList,
): Identity | Refused {
  const token = { subject, jti: tokenId, issued: issued?.getTime() ?? Number.NEGATIVE_INFINITY }
  if (revocations.covers(token, undefined)) return { refused: 'revoked', text: 'This access has been taken back.' }
  return {
    subject,
    grants: access,
    token,
    withdrawn: (document) => revocations.covers(token, document),
    withdrawnFrom: () => revocations.documentsOf(token),
    expires: expires?.getTime(),
  }
}

function assertSound({ subject, access }: Authorized): void {
  if (subject === '' || subject.length > maxDocumentIdLength) {
    throw new TypeError(
      `authorize gave a subject of ${subject.length} characters: it takes 1 to ${maxDocumentIdLength}`,
    )
  }
  const wrong = access.find(({ documents }) => !isDocumentPattern(documents))
  if (wrong !== undefined) {
    throw new TypeError(
      `authorize gave access to ${JSON.stringify(wrong.documents)}, which is no pattern of document ids`,
    )
  }
}
