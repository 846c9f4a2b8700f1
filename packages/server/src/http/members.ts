import type { DocumentCatalog } from '@weft/persistence'
import { type Member, type MemberList, memberListSchema, memberQuerySchema } from '@weft/protocol/http'
import { type Context, Hono } from 'hono'
import type { MemberFacts } from '../room/member-facts.ts'
import { notFound, requireRole } from './access.ts'
import { administers, requireAdmin } from './document-admin.ts'
import type { NodeAnswers } from './node-answers.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import { type EdgeEnvironment, idOf } from './requests.ts'

/** What the routes of members need. */
export interface MemberRoutesParts {
  readonly catalog: () => Pick<DocumentCatalog, 'get' | 'creatorOf'>
  /** Who is in a document, on all nodes. @throws StoreUnavailableError */
  readonly members: (document: string) => Promise<NodeAnswers<readonly MemberFacts[]>>
  /** Sends a member away from whichever node it is on: each answers whether it was there. @throws StoreUnavailableError */
  readonly remove: (document: string, member: string) => Promise<NodeAnswers<boolean>>
}

const listing = {
  id: 'listMembers',
  summary: 'List who has a document open',
  text: 'On whichever nodes they are. One for each connection, so that somebody with two windows is there twice. Nobody is missed or shown twice from page to page who stays meanwhile.',
  needs: 'read on the document; admin to see nodes and what waits',
  query: memberQuerySchema,
  answers: { 200: memberListSchema },
  refuses: ['not-found', 'invalid-cursor'],
} as const

const removal = {
  id: 'removeMember',
  summary: 'Remove a member',
  text: 'Its connection is closed with 4403 `removed`, wherever it is. It may come back: to keep it out, revoke its tokens.',
  needs: 'admin on the document',
  params: { member: 'A member’s `id`.' },
  answers: { 204: 'It is removed.' },
  refuses: ['forbidden', 'not-found', 'nodes-silent'],
} as const

/** `/documents/{id}/members`: who has it open, on whichever node. */
export function memberRoutes({ catalog, members, remove }: MemberRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>()
    .get('/:id/members', describeRoute(listing), async (context) => {
      const id = idOf(context)
      requireRole(context.get('identity'), id, 'read')
      if ((await catalog().get(id)) === undefined) throw notFound(id)
      const { limit, cursor } = context.var.asked.query()
      const after = cursor === undefined ? undefined : placeIn(cursor)
      const isAdmin = await administers(context.get('identity'), id, catalog)
      const { answers, unanswered } = await members(id)
      const following = answers
        .flatMap(({ node, answer }) => answer.map((facts) => ({ node, facts })))
        .filter(({ facts }) => after === undefined || byPlace(facts, after) > 0)
        .toSorted((a, b) => byPlace(a.facts, b.facts))
      const page = following.slice(0, limit)
      const last = following.length > limit ? page.at(-1) : undefined
      const body: MemberList = {
        members: page.map(({ node, facts }) => ({
          ...memberOf(facts),
          ...(isAdmin ? { node, lag: lagOf(facts) } : {}),
        })),
        next: last === undefined ? null : cursorOf(last.facts),
        complete: unanswered.length === 0,
        ...(isAdmin ? { unanswered } : {}),
      }
      return context.json(body)
    })
    .delete('/:id/members/:member', describeRoute(removal), async (context) => {
      const id = idOf(context)
      await requireAdmin(context.get('identity'), id, catalog)
      const member = context.req.param('member')
      const { answers, unanswered } = await remove(id, member)
      if (answers.some(({ answer }) => answer)) return context.body(null, 204)
      throw notThere(context, unanswered)
    })
}

/** Where a member stands in the list. */
type MemberPlace = Pick<MemberFacts, 'since' | 'id'>

function byPlace(a: MemberPlace, b: MemberPlace): number {
  if (a.since !== b.since) return a.since - b.since
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

function cursorOf({ since, id }: MemberPlace): string {
  return `${since}.${id}`
}

/** @throws ProblemError 400 */
function placeIn(cursor: string): MemberPlace {
  const [, since, id] = /^(\d{1,16})\.([^.]+)$/.exec(cursor) ?? []
  if (since !== undefined && id !== undefined) return { since: Number(since), id }
  throw new ProblemError('invalid-cursor', 400, 'the cursor was not given out by this list: give its `next` as it was')
}

function notThere(context: Context, unanswered: readonly string[]): ProblemError {
  if (unanswered.length === 0) {
    return new ProblemError('not-found', 404, `document ${context.req.param('id') ?? ''} has no such member`)
  }
  const nodes = unanswered.join(', ')
  return new ProblemError('nodes-silent', 503, `no node that answers has this member, and ${nodes} did not: try again`)
}

function memberOf({ id, person, subject, role, since }: MemberFacts): Member {
  return { id, person: person ?? null, subject, role, since: new Date(since).toISOString() }
}

function lagOf({ waitingBytes, behind, unsaved }: MemberFacts): Member['lag'] {
  return { waitingBytes, behind, unsaved }
}
