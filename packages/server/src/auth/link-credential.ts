import { createHash, randomBytes } from 'node:crypto'
import { isDocumentId } from '@weft/protocol'

/** What says that a credential is a link's and no JWT, which never has a `-` there. */
const scheme = 'weft-link'

const pattern = new RegExp(String.raw`^${scheme}\.([A-Za-z0-9_-]{2,342})\.([A-Za-z0-9_-]{43})$`)

/** What a link's holder shows, wherever a token goes. It may stand in a WebSocket's subprotocol and in a URL as it is. */
export interface LinkCredential {
  /** To be shown once and kept by nobody but its holders. */
  readonly text: string
  /** The link's name. It is made from the secret, which nobody finds by it. */
  readonly id: string
}

/** Whether a credential means to be a link's. */
export function isLinkCredential(text: string): boolean {
  return text.startsWith(`${scheme}.`)
}

/** A new link's credential: 256 random bits, which need no slow hash. */
export function newLinkCredential(document: string): LinkCredential {
  const secret = randomBytes(32).toString('base64url')
  return { text: `${scheme}.${Buffer.from(document).toString('base64url')}.${secret}`, id: idOf(secret) }
}

/** Which link a credential is of; undefined where it is none. */
export function readLinkCredential(text: string): { readonly document: string; readonly id: string } | undefined {
  const [, encoded, secret] = pattern.exec(text) ?? []
  if (encoded === undefined || secret === undefined) return undefined
  const document = Buffer.from(encoded, 'base64url').toString()
  return isDocumentId(document) ? { document, id: idOf(secret) } : undefined
}

function idOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
