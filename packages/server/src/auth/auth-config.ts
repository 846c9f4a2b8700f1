/** A secret that tokens are signed with (HS256). */
export interface AuthSecret {
  /** What a token's `kid` says that was signed with it; undefined for one without a name. */
  readonly kid: string | undefined
  readonly text: string
}

/** How tokens are verified. */
export interface AuthConfig {
  /** The first one signs. */
  readonly secrets: readonly AuthSecret[]
  /** Where the keys of an identity provider are: an http(s) URL or a file. */
  readonly jwks: string | undefined
  /** What `iss` must say, where it is checked. */
  readonly issuer: string | undefined
  /** What must be in `aud`, where it is checked. */
  readonly audience: string | undefined
  /** How long a token may hold from its issue to its end, in milliseconds. */
  readonly maxLifetime: number
}

/** The longest that a token may hold by default: a year. */
const year = 366 * 24 * 60 * 60 * 1000

/** Nobody's tokens are verified. */
export const noTokens: AuthConfig = {
  secrets: [],
  jwks: undefined,
  issuer: undefined,
  audience: undefined,
  maxLifetime: year,
}

/** Whether there is anything to verify tokens with. */
export function verifiesTokens({ secrets, jwks }: AuthConfig): boolean {
  return secrets.length > 0 || jwks !== undefined
}
