import type { Person, Role } from '@weft/protocol'
import type { Member } from './member.ts'

/** What can be told of a member. */
export interface MemberFacts {
  readonly id: string
  /** Whom its presence names. */
  readonly person?: Person | undefined
  /** Who it is: a token's subject, or an anonymous id. */
  readonly subject: string
  readonly role: Role
  /** When it took its seat, in milliseconds since 1970. */
  readonly since: number
  /** How many bytes wait to be sent to it. */
  readonly waitingBytes: number
  /** Whether it took too little of what it was sent, so that a queue of it was dropped: it is to be caught up. */
  readonly behind: boolean
  /** How many of its own messages with changes are not known to be durable. */
  readonly unsaved: number
}

/** What can be told of a member now. */
export function factsOf(member: Member, person: Person | undefined): MemberFacts {
  const { id, actor, role, since, waitingBytes, outbox, ledger } = member
  return { id, person, subject: actor, role, since, waitingBytes, behind: outbox.behind, unsaved: ledger.unsaved }
}
