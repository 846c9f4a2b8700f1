import type { Revocation, Revocations, RevocationsAt } from '../revocations.ts'

/** Revocations that are gone with their process. */
export class MemoryRevocations implements Revocations {
  readonly #revocations = new Map<string, Revocation>()
  #version = ''

  async add(revocation: Revocation, now: number): Promise<void> {
    this.#revocations.set(revocation.id, revocation)
    this.#version = revocation.id
    for (const { id, until } of this.#revocations.values()) if (until <= now) this.#revocations.delete(id)
  }

  async since(seen: string | undefined, now: number): Promise<RevocationsAt | undefined> {
    if (seen === this.#version) return undefined
    const revocations = [...this.#revocations.values()].filter(({ until }) => until > now)
    return { version: this.#version, revocations }
  }
}
