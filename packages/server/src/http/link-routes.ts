import {
  type LinkList,
  linkListSchema,
  type LinkSummary,
  type MadeLink,
  madeLinkSchema,
  newLinkSchema,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import type { Identity } from '../auth/access.ts'
import { requireRole } from './access.ts'
import { actorOf, documentFor } from './document-access.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import type { EdgeEnvironment } from './requests.ts'

/** A link to a document. Times are milliseconds since 1970. */
export interface Link {
  readonly id: string
  readonly role: 'read' | 'write'
  readonly created: number
  readonly createdBy: string
  readonly expires: number
}

/** What a link is to be. */
export interface NewLink {
  readonly role: 'read' | 'write'
  /** Undefined for as long as links usually hold. */
  readonly expires: number | undefined
}

/** The links to documents, as the edge sees them. All methods throw StoreError. */
export interface Links {
  /** @returns the link and what its holders show, or that the document may have no more of them */
  create(document: string, link: NewLink, maker: Identity): Promise<{ link: Link; credential: string } | 'full'>
  /** Those that hold, the oldest first. */
  list(document: string): Promise<readonly Link[]>
  /** Ends a link, and what is open by it. @returns whether it was there */
  remove(document: string, id: string, by: string): Promise<boolean>
}

/** What the routes of links need. */
export interface LinkRoutesParts {
  readonly links: Links
  readonly now: () => number
}

const making = {
  id: 'makeLink',
  summary: 'Make a link to a document',
  text: 'Whoever has the link has its role, until it ends, is removed, or the access of whoever made it is taken back. Its token goes wherever another token goes; only a hash of it is kept.',
  needs: 'write on the document',
  body: newLinkSchema,
  answers: { 201: madeLinkSchema },
  answerHeaders: { Location: 'Where the link is removed.' },
  refuses: ['forbidden', 'not-found', 'deleted', 'trashed', 'too-many-links'],
} as const

const listing = {
  id: 'listLinks',
  summary: 'List the links to a document',
  text: 'Those that hold, the oldest first, without what their holders show.',
  needs: 'write on the document',
  answers: { 200: linkListSchema },
  refuses: ['forbidden', 'not-found', 'deleted', 'trashed'],
} as const

const removing = {
  id: 'removeLink',
  summary: 'Remove a link',
  text: 'What is open by it closes within 2 s on every node.',
  needs: 'write on the document',
  params: { link: 'The link’s id.' },
  answers: { 204: 'It does not hold any more.' },
  refuses: ['forbidden', 'not-found'],
} as const

/** `/documents/{id}/links`: giving a document to whoever has a URL. */
export function linkRoutes({ links, now }: LinkRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>()
    .post('/:id/links', describeRoute(making), async (context) => {
      const document = documentFor(context, 'write')
      const { role, expires } = await context.var.asked.body()
      const maker = context.get('identity')
      requireRole(maker, document, role)
      const made = await links.create(
        document,
        { role, expires: expires === undefined ? undefined : later(expires, now()) },
        maker,
      )
      if (made === 'full') throw new ProblemError('too-many-links', 409, 'the document has all the links it may have')
      const { link, credential } = made
      const body: MadeLink = { ...summaryOf(link), token: credential, path: `/d/${document}#link=${credential}` }
      context.header('Location', `/api/v1/documents/${encodeURIComponent(document)}/links/${link.id}`)
      context.header('Cache-Control', 'no-store')
      return context.json(body, 201)
    })
    .get('/:id/links', describeRoute(listing), async (context) => {
      const document = documentFor(context, 'write')
      const body: LinkList = { links: (await links.list(document)).map(summaryOf) }
      return context.json(body)
    })
    .delete('/:id/links/:link', describeRoute(removing), async (context) => {
      const document = documentFor(context, 'write')
      if (await links.remove(document, context.req.param('link'), actorOf(context))) return context.body(null, 204)
      throw new ProblemError('not-found', 404, 'the document has no such link')
    })
}

/** @throws ProblemError 400 */
function later(time: string, now: number): number {
  const at = Date.parse(time)
  if (at > now) return at
  const message = 'is over already: give a time that is to come'
  throw new ProblemError('invalid-request', 400, `expires: ${message}`, [{ field: 'expires', message }])
}

function summaryOf({ id, role, created, createdBy, expires }: Link): LinkSummary {
  return { id, role, created: new Date(created).toISOString(), createdBy, expires: new Date(expires).toISOString() }
}
