import type { AccessPolicy, LinkedIdentities } from './auth/access.ts'
import { verifiesTokens } from './auth/auth-config.ts'
import { IdentityPolicy } from './auth/identity-policy.ts'
import { isKeySetUrl, KeySet } from './auth/key-set.ts'
import type { RevocationList } from './auth/revocation-list.ts'
import { TokenVerifier } from './auth/token-verifier.ts'
import type { Config } from './config/settings.ts'
import type { Log } from './observability/log.ts'
import type { Surroundings } from './room/surroundings.ts'

/** RFC 7518 §3.2: a shorter secret is easier to guess than the hash is to break. In bytes. */
const leastSecretBytes = 32

/**
 * Who people are, as it is configured. A file of keys is read at once; a provider that is away keeps nothing from starting.
 *
 * @throws KeysUnavailableError where a file has no keys
 */
export async function identityPolicy(
  { auth, anonymous }: Pick<Config, 'auth' | 'anonymous'>,
  surroundings: Pick<Surroundings, 'now' | 'randomId'>,
  log: Log,
  revocations: RevocationList,
  links: LinkedIdentities,
): Promise<AccessPolicy> {
  const now = (): number => surroundings.now()
  for (const { kid, text } of auth.secrets) {
    if (Buffer.byteLength(text) < leastSecretBytes) {
      log.warn('auth-secret-short', { kid, detail: `it has fewer than ${leastSecretBytes} bytes, and can be guessed` })
    }
  }
  const keySet = auth.jwks === undefined ? undefined : await keySetAt(auth.jwks, now, log)
  const verifier = verifiesTokens(auth) ? new TokenVerifier({ config: auth, keySet, revocations, now }) : undefined
  return new IdentityPolicy({ verifier, links, anonymous, randomId: () => surroundings.randomId() })
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
