import { z } from 'zod'
import { type Role, roles } from '../role.ts'
import { personSchema } from './documents.ts'
import { timeSchema } from './time.ts'

/** Who has a document open: one for each connection. */
export interface Member {
  /** What it is told by, and removed by. Another one when its client comes back. */
  readonly id: string
  /** Whom its presence names; null where it names nobody. */
  readonly person: { readonly name: string; readonly color: string } | null
  /** Its token's subject, or an anonymous id. */
  readonly subject: string
  readonly role: Role
  /** Since when, ISO 8601 in UTC. */
  readonly since: string
  /** On which node; told to those with `admin` on the document, as is `lag`. */
  readonly node?: string | undefined
  /** What waits in either direction. */
  readonly lag?: MemberLag | undefined
}

/** What waits between a member and its node. */
export interface MemberLag {
  /** Bytes that wait to be sent to it. */
  readonly waitingBytes: number
  /** Whether it took too little of what it was sent, so that it is to be caught up. */
  readonly behind: boolean
  /** How many of its messages with changes are not saved. */
  readonly unsaved: number
}

/** {@link Member} */
export const memberSchema: z.ZodType<Member> = z
  .object({
    id: z.string().meta({ description: 'What it is removed by. Another one when its client comes back.' }),
    person: personSchema.nullable().meta({ description: 'Whom its presence names; null where it names nobody.' }),
    subject: z.string().meta({ description: 'Its token’s subject, or an anonymous id.' }),
    role: z.enum(roles),
    since: timeSchema,
    node: z.string().optional().meta({ description: 'On which node. With `admin` on the document.' }),
    lag: z
      .object({
        waitingBytes: z.number().meta({ description: 'Bytes that wait to be sent to it.' }),
        behind: z.boolean().meta({ description: 'It took too little of what it was sent, and is to be caught up.' }),
        unsaved: z.number().meta({ description: 'How many of its messages with changes are not saved.' }),
      })
      .optional()
      .meta({ description: 'What waits in either direction. With `admin` on the document.' }),
  })
  .meta({ id: 'Member', description: 'A connection that has a document open.' })

/** What `GET /api/v1/documents/{id}/members` may be asked. */
export const memberQuerySchema: z.ZodType<{ limit: number; cursor?: string | undefined }> = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'How many are on a page.' }),
  cursor: z.string().max(1024).optional().meta({ description: 'The `next` of the page before.' }),
})

/** `GET /api/v1/documents/{id}/members` answers this: a page, those who came first ahead. */
export interface MemberList {
  readonly members: readonly Member[]
  readonly next: string | null
  /** Whether all nodes answered. */
  readonly complete: boolean
  /** The nodes that did not; told to those with `admin` on the document. */
  readonly unanswered?: readonly string[] | undefined
}

/** {@link MemberList} */
export const memberListSchema: z.ZodType<MemberList> = z
  .object({
    members: z.array(memberSchema).meta({ description: 'Those who came first ahead.' }),
    next: z.string().nullable().meta({ description: 'Continues the list as `cursor`; null at its end.' }),
    complete: z.boolean().meta({ description: 'Whether all nodes answered.' }),
    unanswered: z
      .array(z.string())
      .optional()
      .meta({ description: 'The nodes that did not. With `admin` on the document.' }),
  })
  .meta({ id: 'MemberList' })
