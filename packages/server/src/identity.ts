import type { AccessPolicy, LinkedIdentities } from './auth/access.ts'
import { type AuthConfig, verifiesTokens } from './auth/auth-config.ts'
import { type Authorize, authorizePolicy } from './auth/authorize-policy.ts'
import { IdentityPolicy } from './auth/identity-policy.ts'
import { type Inspection, inspectToken } from './auth/inspect-token.ts'
import { isKeySetUrl, KeySet } from './auth/key-set.ts'
import { mintToken } from './auth/mint-token.ts'
import type { RevocationList } from './auth/revocation-list.ts'
import { TokenVerifier } from './auth/token-verifier.ts'
import type { Config } from './config/settings.ts'
import type { TokenMint } from './http/tokens.ts'
import type { Log } from './observability/log.ts'
import type { Surroundings } from './room/surroundings.ts'

/** What tells who people are. */
export interface Identities {
  readonly policy: AccessPolicy
  /** Undefined where there is no secret to sign tokens with. */
  readonly mint: TokenMint | undefined
  /** Why a token opens a document, or does not. Undefined for a server that verifies no tokens. */
  readonly inspect: ((token: string, document: string) => Promise<Inspection>) | undefined
}

/**
 * What is told of people where an application tells itself who they are. It mints no tokens: there is nothing that would verify them.
 */
export function authorizedIdentities(
  authorize: Authorize,
  log: Log,
  revocations: RevocationList,
  links: LinkedIdentities,
): Identities {
  const failed = (error: unknown): void => log.error('authorize-failed', { error })
  return {
    policy: authorizePolicy({ authorize, links, revocations, failed }),
    mint: undefined,
    inspect: undefined,
  }
}

/** RFC 7518 §3.2: a shorter secret is easier to guess than the hash is to break. In bytes. */
const leastSecretBytes = 32

/**
 * What is told of tokens and of those who bring them, as it is configured. A file of keys is read at once; a provider that is away keeps nothing from starting.
 *
 * @throws KeysUnavailableError where a file has no keys
 */
export async function identities(
  { auth, anonymous }: Pick<Config, 'auth' | 'anonymous'>,
  surroundings: Pick<Surroundings, 'now' | 'randomId'>,
  log: Log,
  revocations: RevocationList,
  links: LinkedIdentities,
): Promise<Identities> {
  const now = (): number => surroundings.now()
  for (const { kid, text } of auth.secrets) {
    if (Buffer.byteLength(text) < leastSecretBytes) {
      log.warn('auth-secret-short', { kid, detail: `it has fewer than ${leastSecretBytes} bytes, and can be guessed` })
    }
  }
  const keySet = auth.jwks === undefined ? undefined : await keySetAt(auth.jwks, now, log)
  const verifier = verifiesTokens(auth) ? new TokenVerifier({ config: auth, keySet, revocations, now }) : undefined
  return {
    policy: new IdentityPolicy({ verifier, links, anonymous, randomId: () => surroundings.randomId() }),
    mint: mintOf(auth, surroundings),
    inspect:
      verifier && ((token, document) => inspectToken({ verifier, config: auth, revocations, now }, token, document)),
  }
}

function mintOf(
  { secrets, issuer, audience, maxLifetime }: AuthConfig,
  { now, randomId }: Pick<Surroundings, 'now' | 'randomId'>,
): TokenMint | undefined {
  const [secret] = secrets
  if (secret === undefined) return undefined
  return {
    maxLifetime,
    mint: async (asked) => {
      const [id, at] = [randomId(), now()]
      const token = await mintToken({ ...asked, id, issuer, audience }, secret, at)
      // A token names whole seconds.
      return { id, token, expires: Math.floor(at / 1000) * 1000 + asked.lifetime }
    },
  }
}

async function keySetAt(source: string, now: () => number, log: Log): Promise<KeySet> {
  const keySet = new KeySet({
    source,
    now,
    failing: ({ message }) => log.warn('auth-keys-unavailable', { detail: message }),
  })
  const loaded = keySet.load()
  if (isKeySetUrl(source)) loaded.catch(() => {})
  else await loaded
  return keySet
}
