import { SignJWT } from 'jose'
import type { Grant } from './access.ts'
import type { AuthSecret } from './auth-config.ts'

/** What a token is to say. */
export interface NewToken {
  readonly subject: string
  readonly name: string | undefined
  readonly color: string | undefined
  readonly access: readonly Grant[]
  /** How long it holds, in milliseconds. */
  readonly lifetime: number
  readonly issuer: string | undefined
  readonly audience: string | undefined
  /** Its id (`jti`), by which it can be told from others. */
  readonly id: string
}

/**
 * Makes a token.
 *
 * @param now milliseconds since 1970
 */
export async function mintToken(token: NewToken, { kid, text }: AuthSecret, now: number): Promise<string> {
  const { subject, name, color, access, lifetime, issuer, audience, id } = token
  const issued = Math.floor(now / 1000)
  const jwt = new SignJWT({
    access,
    ...(name === undefined ? {} : { name }),
    ...(color === undefined ? {} : { color }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setSubject(subject)
    .setJti(id)
    .setIssuedAt(issued)
    .setExpirationTime(issued + Math.ceil(lifetime / 1000))
  if (issuer !== undefined) jwt.setIssuer(issuer)
  if (audience !== undefined) jwt.setAudience(audience)
  return jwt.sign(new TextEncoder().encode(text))
}
