import type { DocumentCatalog } from '@weft/persistence'
import { type Member, type MemberList, memberListSchema } from '@weft/protocol/http'
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
  text: 'On whichever nodes they are. One for each connection, so that somebody with two windows is there twice.',
  needs: 'read on the document; admin to see nodes and what waits',
  answers: { 200: memberListSchema },
  refuses: ['not-found'],
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
      const isAdmin = await administers(context.get('identity'), id, catalog)
      const { answers, unanswered } = await members(id)
      const body: MemberList = {
        members: answers
          .flatMap(({ node, answer }) => answer.map((facts) => ({ node, facts })))
          .toSorted((a, b) => a.facts.since - b.facts.since)
          .map(({ node, facts }) => ({ ...memberOf(facts), ...(isAdmin ? { node, lag: lagOf(facts) } : {}) })),
        next: null,
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
