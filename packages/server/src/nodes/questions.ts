import type { Place } from '@weft/persistence'
import { type Person, type RevokedTokens, roles } from '@weft/protocol'
import { personSchema } from '@weft/protocol/http'
import { z } from 'zod'
import type { MemberFacts } from '../room/member-facts.ts'
import type { Question } from './question.ts'

/*
 * What nodes ask each other. Nodes of two versions may meet: a question that a node does not know it leaves unanswered, and
 * what it does not know of an answer it does not see. So fields may be added, and what changes otherwise gets a new name.
 */

/** Who is in a document. */
export interface PeopleOfDocument {
  readonly document: string
  readonly people: readonly Person[]
}

/** Who is in some documents, by those that are connected to a node. Documents with nobody are left out. */
export const peopleQuestion: Question<readonly string[], readonly PeopleOfDocument[]> = {
  name: 'people',
  asked: z.array(z.string()),
  answer: z.array(z.object({ document: z.string(), people: z.array(personSchema) })),
  of: 'rooms',
}

/** Who is seated in a document. */
export const membersQuestion: Question<string, readonly MemberFacts[]> = {
  name: 'members',
  asked: z.string(),
  answer: z.array(
    z.object({
      id: z.string(),
      person: personSchema.optional(),
      subject: z.string(),
      role: z.enum(roles),
      since: z.number(),
      waitingBytes: z.number(),
      behind: z.boolean(),
      unsaved: z.number(),
    }),
  ),
  of: 'rooms',
}

/** Sends a member away. Answered with whether it was there. */
export const removalQuestion: Question<{ readonly document: string; readonly member: string }, boolean> = {
  name: 'remove-member',
  asked: z.object({ document: z.string(), member: z.string() }),
  answer: z.boolean(),
  of: 'rooms',
}

/** How a node is now. */
export interface StatisticsOfNode {
  readonly documents: number
  readonly connections: number
  readonly members: number
  readonly unsavedBytes: number
  readonly residentBytes: number
  /** Milliseconds. */
  readonly eventLoopDelay: number
  readonly loadStage: number
}

/** How a node is now. Asked of those without documents too. */
export const statisticsQuestion: Question<null, StatisticsOfNode> = {
  name: 'statistics',
  asked: z.null(),
  answer: z.object({
    documents: z.number(),
    connections: z.number(),
    members: z.number(),
    unsavedBytes: z.number(),
    residentBytes: z.number(),
    eventLoopDelay: z.number(),
    loadStage: z.number(),
  }),
  of: 'all',
}

/** A document that someone has open by a token. */
export interface OpenedByToken {
  readonly document: string
  readonly subject: string
}

/** What is open by some tokens. */
export const openedQuestion: Question<RevokedTokens, readonly OpenedByToken[]> = {
  name: 'opened',
  asked: z.union([
    z.object({ jti: z.string() }),
    z.object({ subject: z.string(), document: z.string() }),
    z.object({ subject: z.string() }),
  ]),
  answer: z.array(z.object({ document: z.string(), subject: z.string() })),
  of: 'rooms',
}

/** What a node holds of a document. */
export interface ReplicaOfNode {
  /** Up to where it has all of the log. */
  readonly place: Place
  readonly unsavedBytes: number
  /** Of what it sends newcomers: Yjs's state vector, encoded, as Base64, and a digest; undefined where that cannot be read. */
  readonly state?: { readonly stateVector: string; readonly digest: string } | undefined
  /** Whether it has what it sends newcomers. */
  readonly coherent: boolean
}

/** What a node holds of a document, once that is saved if it can be; null where it is not open there. */
export const replicaQuestion: Question<string, ReplicaOfNode | null> = {
  name: 'replica',
  asked: z.string(),
  answer: z
    .object({
      place: z.object({ epoch: z.string(), position: z.number(), tip: z.string() }),
      unsavedBytes: z.number(),
      state: z.object({ stateVector: z.string(), digest: z.string() }).optional(),
      coherent: z.boolean(),
    })
    .nullable(),
  of: 'rooms',
}
