import { decodeRevocation, encodeRevocation } from '../revocation-codec.ts'
import type { Revocation, Revocations, RevocationsAt } from '../revocations.ts'
import type { DocumentAccess } from './document-access.ts'
import { listIn, textIn } from './reply.ts'
import { runShared } from './shared-key.ts'
import { addRevocationScript, revocationsSinceScript } from './scripts/revocations.ts'

/** The revocations in Redis: one hash, asked every second by every node, and sent only where one has come. */
export class RedisRevocations implements Revocations {
  readonly #access: DocumentAccess
  readonly #key: string

  constructor(access: DocumentAccess) {
    this.#access = access
    this.#key = `${access.prefix}:revocations`
  }

  async add(revocation: Revocation, now: number): Promise<void> {
    const { id, until } = revocation
    const args = [id, until, encodeRevocation(revocation), now]
    await runShared(this.#access, this.#key, (commands, asking) =>
      commands.run(addRevocationScript, [this.#key], args, asking),
    )
  }

  async since(seen: string | undefined, now: number): Promise<RevocationsAt | undefined> {
    const args = [seen === undefined ? 0 : 1, seen ?? '']
    const reply = await runShared(this.#access, this.#key, (commands, asking) =>
      commands.run(revocationsSinceScript, [this.#key], args, asking),
    )
    if (reply === null) return undefined
    const [version, ...records] = listIn(reply).map(textIn)
    const revocations = records.flatMap((record) => decodeRevocation(record) ?? []).filter(({ until }) => until > now)
    return { version: version ?? '', revocations }
  }
}
