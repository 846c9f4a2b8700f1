import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose'
import { z } from 'zod'

/** How long keys are used before they are asked for anew, in milliseconds. */
const maxAge = 10 * 60 * 1000

/** How long they are still used where they cannot be had anew, in milliseconds. After that nobody is let in. */
const keptFor = 60 * 60 * 1000

/** Made-up key ids must not make us ask anyone more often than this, in milliseconds; nor may a provider that is away. */
const leastInterval = 10_000

/** How long the provider of keys may take, in milliseconds. */
const timeout = 5_000

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/** The keys that tokens are verified with cannot be had. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError'
}

/** What a key set is made with. */
export interface KeySetParts {
  /** An http(s) URL, or a file. */
  readonly source: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The keys could not be had; those from before are used for a while. */
  readonly failing: (error: KeysUnavailableError) => void
}

interface Loaded {
  readonly keys: LocalJWKSet
  readonly ids: ReadonlySet<string>
  readonly at: number
}

/**
 * The public keys of an identity provider, kept and asked for anew at a bounded rate. Where they are is for the operator to
 * say: nothing in a token leads anywhere.
 */
export class KeySet {
  readonly #parts: KeySetParts
  #loaded: Loaded | undefined
  #loading: Promise<void> | undefined
  #lastAttempt = Number.NEGATIVE_INFINITY
  #failure: KeysUnavailableError | undefined

  constructor(parts: KeySetParts) {
    this.#parts = parts
  }

  /**
   * The keys, loaded anew where they are old, or where none has the id that a token names.
   *
   * @throws KeysUnavailableError
   */
  async for(kid: string | undefined): Promise<LocalJWKSet> {
    if (this.#due(kid)) await this.load().catch(() => {})
    const loaded = this.#loaded
    if (loaded === undefined || this.#parts.now() - loaded.at > keptFor) {
      throw this.#failure ?? new KeysUnavailableError('the keys that tokens are verified with were not loaded yet')
    }
    return loaded.keys
  }

  /** Loads them; where that is under way already, waits for it. @throws KeysUnavailableError */
  async load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
    await this.#loading
  }

  #due(kid: string | undefined): boolean {
    if (this.#loading !== undefined) return this.#loaded === undefined
    const now = this.#parts.now()
    if (now - this.#lastAttempt < leastInterval) return false
    const loaded = this.#loaded
    return loaded === undefined || now - loaded.at > maxAge || (kid !== undefined && !loaded.ids.has(kid))
  }

  async #load(): Promise<void> {
    const { source, now, failing } = this.#parts
    this.#lastAttempt = now()
    try {
      const set = keySetOf(await read(source))
      this.#loaded = { keys: createLocalJWKSet(set), ids: idsIn(set), at: now() }
      this.#failure = undefined
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      this.#failure = new KeysUnavailableError(
        `the keys that tokens are verified with cannot be had from ${shown(source)} (--auth-jwks): ${reason}`,
        { cause },
      )
      failing(this.#failure)
      throw this.#failure
    }
  }
}

/** Whether keys are had over HTTP. */
export function isKeySetUrl(source: string): boolean {
  return /^https?:/i.test(source)
}

async function read(source: string): Promise<string> {
  if (!isKeySetUrl(source)) return readFile(source, 'utf8')
  // A redirect would lead where nobody said that keys are.
  const response = await fetch(source, {
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
    headers: { accept: 'application/jwk-set+json, application/json' },
  })
  if (response.status !== 200) throw new Error(`it answered ${response.status}`)
  return response.text()
}

function keySetOf(text: string): JSONWebKeySet {
  const result = keySetSchema.safeParse(parsed(text))
  if (!result.success) throw new Error('it is no JSON Web Key Set')
  return result.data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What it says instead is not repeated: a file that was named by mistake may hold secrets.
    return undefined
  }
}

function idsIn({ keys }: JSONWebKeySet): Set<string> {
  return new Set(keys.flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : [])))
}

/** A source as it may be shown: a query may hold a key. */
function shown(source: string): string {
  if (!isKeySetUrl(source)) return source
  const url = new URL(source)
  return url.origin + url.pathname
}
