import type { Identity, Refused, Role } from '../auth/access.ts'

/** Who a connection's client is, and what it may do with the one document that the connection is about. */
export interface Access {
  readonly identity: Identity
  readonly role: Role
}

/** What credentials are made with. */
export interface CredentialsParts {
  /** @param fresh a token that came later than the one that the connection was opened with */
  readonly authenticate: (fresh?: string) => Promise<Access | Refused>
  /** A fresh token holds: its end and its role count from now on. */
  readonly renewed: (access: Access) => void
  readonly refuse: (kind: Refused['refused'], text: string) => void
}

/** A connection's tokens: the one that it was opened with, and fresh ones that came since. */
export class Credentials {
  readonly #parts: CredentialsParts
  #access: Access | undefined
  /** The latest that came and was not looked at yet: those between are of no interest. */
  #fresh: string | undefined
  #renewing = false

  constructor(parts: CredentialsParts) {
    this.#parts = parts
  }

  /** When they end, in milliseconds since 1970. Not while a fresh token is being looked at. */
  get expires(): number {
    if (this.#renewing) return Number.POSITIVE_INFINITY
    return this.#access?.identity.expires ?? Number.POSITIVE_INFINITY
  }

  /** Who it is by them; undefined before that is known. */
  get identity(): Identity | undefined {
    return this.#access?.identity
  }

  /** @returns undefined where they were refused */
  async begin(): Promise<Access | undefined> {
    const access = await this.#parts.authenticate()
    if ('refused' in access) {
      this.#parts.refuse(access.refused, access.text)
      return undefined
    }
    this.#access = access
    return access
  }

  /** Takes a fresh token. One at a time is looked at, however many come. */
  async renew(token: string): Promise<void> {
    this.#fresh = token
    if (this.#renewing) return
    this.#renewing = true
    try {
      for (let fresh = this.#take(); fresh !== undefined; fresh = this.#take()) {
        const access = await this.#parts.authenticate(fresh)
        if (this.#holds(access)) this.#access = access
      }
    } finally {
      this.#renewing = false
    }
    if (this.#access !== undefined) this.#parts.renewed(this.#access)
  }

  #take(): string | undefined {
    const fresh = this.#fresh
    this.#fresh = undefined
    return fresh
  }

  #holds(access: Access | Refused): access is Access {
    const { refuse } = this.#parts
    if (!('refused' in access)) {
      // What was written so far, and is not logged yet, would otherwise be another's.
      if (access.identity.subject === this.#access?.identity.subject) return true
      refuse('unauthorized', 'The fresh token is of someone else than the one that this connection was opened with.')
    } else if (access.refused !== 'keys-unavailable') refuse(access.refused, access.text)
    // Where no keys can be had to verify it with, the token from before holds to its end.
    return false
  }
}
