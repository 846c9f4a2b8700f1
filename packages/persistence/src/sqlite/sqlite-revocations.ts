import { decodeRevocation, encodeRevocation } from '../revocation-codec.ts'
import type { Revocation, Revocations, RevocationsAt } from '../revocations.ts'
import type { Performer } from './performer.ts'

/** The revocations in SQLite. They are few and seldom asked for, so the thread that writes reads them too. */
export class SqliteRevocations implements Revocations {
  readonly #writes: Performer

  constructor(writes: Performer) {
    this.#writes = writes
  }

  async add(revocation: Revocation, now: number): Promise<void> {
    const { id, until } = revocation
    await this.#writes.revocations({
      type: 'revocations',
      add: { id, until, record: encodeRevocation(revocation) },
      now,
    })
  }

  async since(seen: string | undefined, now: number): Promise<RevocationsAt | undefined> {
    const stored = await this.#writes.revocations({ type: 'revocations', add: undefined, now })
    const version = stored.at(-1)?.id ?? ''
    if (seen === version) return undefined
    return { version, revocations: stored.flatMap(({ record }) => decodeRevocation(record) ?? []) }
  }
}
