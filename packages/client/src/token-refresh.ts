import type { Clock } from './clock.ts'

/** A fresh token is fetched so long before the old one ends, or a fifth of what is left where that is less. Milliseconds. */
const longestLead = 60_000

/** At least so long between two fetches, in milliseconds. */
const leastWait = 1_000

/** When to look again where fetching failed, or where the clocks of this machine and the server differ, in milliseconds. */
const retryWait = 30_000

/** The longest that is waited at once, in milliseconds: timers do not take a month. */
const longestWait = 24 * 60 * 60 * 1000

/** What a refresh is made with. */
export interface TokenRefreshParts {
  readonly clock: Clock
  /** Fetches a token. */
  readonly fetch: () => Promise<string | undefined>
  /** Gives a fresh token to the server. */
  readonly send: (token: string) => void
}

/** Gives the server a fresh token before the one that a connection was opened with ends. */
export class TokenRefresh {
  readonly #parts: TokenRefreshParts
  #cancel: () => void = () => {}
  /** Counts connections, so that what a fetch brings too late is told apart. */
  #connection = 0

  constructor(parts: TokenRefreshParts) {
    this.#parts = parts
  }

  /** A connection stands that was opened with this token, if it has one. */
  begin(token: string | undefined): void {
    this.end()
    if (token !== undefined) this.#wait(token)
  }

  /** It stands no more. */
  end(): void {
    this.#connection++
    this.#cancel()
  }

  #wait(token: string): void {
    const wait = untilRefresh(token, this.#parts.clock.now())
    if (wait !== undefined) this.#cancel = this.#parts.clock.after(Math.min(wait, longestWait), () => this.#look(token))
  }

  #look(token: string): void {
    // After the longest wait there may be a while to go.
    if ((untilRefresh(token, this.#parts.clock.now()) ?? 0) > longestLead) this.#wait(token)
    else this.#refresh(token)
  }

  #refresh(old: string): void {
    const connection = this.#connection
    this.#parts.fetch().then(
      (token) => {
        if (connection !== this.#connection) return
        // Whoever gives out the same token until it ends is asked again later.
        if (token === undefined || token === old) this.#retry(old)
        else {
          this.#parts.send(token)
          this.#wait(token)
        }
      },
      () => {
        if (connection === this.#connection) this.#retry(old)
      },
    )
  }

  #retry(old: string): void {
    this.#cancel = this.#parts.clock.after(
      Math.min(retryWait, untilRefresh(old, this.#parts.clock.now()) ?? retryWait),
      () => this.#refresh(old),
    )
  }
}

/**
 * How long to wait before a token is fetched in place of another, in milliseconds; undefined where that does not end, or where
 * it is no JWT: then the server says when.
 */
function untilRefresh(token: string, now: number): number | undefined {
  const end = endOf(token)
  if (end === undefined) return undefined
  const left = end - now
  // The server took it, so it holds: this machine's clock is ahead.
  if (left <= 0) return retryWait
  return Math.max(leastWait, left - Math.min(longestLead, left / 5))
}

/** When a token ends, in milliseconds since 1970. Nothing is verified: that is for the server. */
function endOf(token: string): number | undefined {
  try {
    const payload = token.split('.')[1] ?? ''
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined
  } catch {
    return undefined
  }
}
