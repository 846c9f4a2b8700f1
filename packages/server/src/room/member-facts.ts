import type { Person, Role } from '@weft/protocol'
import type { Member } from './member.ts'
import type { Presence } from './presence.ts'

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

/** What can be told now of a room's members, whom its presence may name. Those that are on their way out are left out. */
export function factsOf(members: Iterable<Member>, presence: Pick<Presence, 'personOf'>): MemberFacts[] {
  return seated(members).map((member) => {
    const { id, actor, role, since, waitingBytes, outbox, ledger } = member
    const { behind } = outbox
    const person = presence.personOf(member)
    return { id, person, subject: actor, role, since, waitingBytes, behind, unsaved: ledger.unsaved }
  })
}

/** The member of an id, unless it is on its way out. */
export function memberOf(members: Iterable<Member>, id: string): Member | undefined {
  return seated(members).find((member) => member.id === id)
}

function seated(members: Iterable<Member>): Member[] {
  return [...members].filter(({ ejected }) => !ejected)
}
