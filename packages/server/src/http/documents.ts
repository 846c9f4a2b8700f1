import { randomBytes } from 'node:crypto'
import { type DocumentCatalog, type DocumentRecord, listParts } from '@weft/persistence'
import { isDocumentId, type Person } from '@weft/protocol'
import {
  documentPageSchema,
  documentPatchSchema,
  documentQuerySchema,
  documentSummarySchema,
  type DocumentPage,
  type DocumentSummary,
  newDocumentSchema,
} from '@weft/protocol/http'
import { type Context, Hono } from 'hono'
import type { Identity } from '../auth/access.ts'
import { notFound, requireCreation, requireRole, visibleParts } from './access.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'

/** What a request knows once it was let in. */
export interface EdgeEnvironment {
  Variables: {
    identity: Identity
    /** What was done, as far as the path does not say it: for the audit trail. */
    acted?: { readonly document?: string | undefined; readonly target?: string | undefined }
  }
}

/** What the document routes need. */
export interface DocumentRoutesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly catalog: () => DocumentCatalog
  /** Who is in documents now, on all nodes, by their ids. Never rejects */
  readonly people: (documents: readonly string[]) => Promise<ReadonlyMap<string, readonly Person[]>>
  readonly now: () => number
}

const listing = {
  id: 'listDocuments',
  summary: 'List documents',
  text: 'Those that one’s access covers.',
  needs: 'any token',
  query: documentQuerySchema,
  answers: { 200: documentPageSchema },
  refuses: ['invalid-cursor'],
} as const

const creation = {
  id: 'createDocument',
  summary: 'Create a document',
  text: 'An id that is taken, or was by a document that is deleted, is refused.',
  needs: 'write on the new id',
  body: newDocumentSchema,
  answers: { 201: documentSummarySchema },
  answerHeaders: { Location: 'The path of the new document.' },
  refuses: ['forbidden', 'already-exists', 'deleted'],
} as const

const showing = {
  id: 'showDocument',
  summary: 'Show a document',
  needs: 'read on the document',
  answers: { 200: documentSummarySchema },
  refuses: ['not-found'],
} as const

const renaming = {
  id: 'changeDocument',
  summary: 'Change a document’s title',
  needs: 'write on the document',
  body: documentPatchSchema,
  answers: { 200: documentSummarySchema },
  refuses: ['forbidden', 'not-found', 'deleted'],
} as const

/** `/documents`: listing, creating, and what is known of one. */
export function documentRoutes({ catalog, people, now }: DocumentRoutesParts): Hono<EdgeEnvironment> {
  const summary = async (record: DocumentRecord): Promise<DocumentSummary> =>
    summaryOf(record, (await people([record.id])).get(record.id))

  const find = async (id: string): Promise<DocumentRecord> => {
    const record = await catalog().get(id)
    if (record === undefined) throw notFound(id)
    return record
  }

  return new Hono<EdgeEnvironment>()
    .get('/', describeRoute(listing), async (context) => {
      const { order, limit, cursor, prefix = '' } = context.var.asked.query()
      const wanted = { order, limit, ...(cursor === undefined ? {} : { cursor }) }
      const page = await listParts(catalog(), wanted, visibleParts(context.get('identity'), prefix))
      const { withdrawn } = context.get('identity')
      const shown = page.documents.filter(({ id }) => !withdrawn(id))
      const found = await people(shown.map(({ id }) => id))
      const body: DocumentPage = {
        documents: shown.map((record) => summaryOf(record, found.get(record.id))),
        next: page.next ?? null,
      }
      return context.json(body)
    })
    .post('/', describeRoute(creation), async (context) => {
      const body = await context.var.asked.body()
      const id = body.id ?? randomDocumentId()
      const identity = context.get('identity')
      requireCreation(identity, id)
      const created = await catalog().create({
        id,
        title: body.title ?? '',
        createdBy: identity.subject,
        at: now(),
      })
      if (!created) throw new ProblemError('already-exists', 409, `document ${id} exists already`)
      const record = await catalog().get(id)
      if (record === undefined) throw new ProblemError('deleted', 410, `document ${id} was deleted meanwhile`)
      context.set('acted', { document: id })
      context.header('Location', `/api/v1/documents/${encodeURIComponent(id)}`)
      return context.json(await summary(record), 201)
    })
    .get('/:id', describeRoute(showing), async (context) => {
      const id = idOf(context)
      requireRole(context.get('identity'), id, 'read')
      return context.json(await summary(await find(id)))
    })
    .patch('/:id', describeRoute(renaming), async (context) => {
      const id = idOf(context)
      requireRole(context.get('identity'), id, 'write')
      const { title } = await context.var.asked.body()
      await catalog().setTitle(id, title, now())
      return context.json(await summary(await find(id)))
    })
}

export function idOf(context: Context): string {
  const id = context.req.param('id') ?? ''
  if (!isDocumentId(id)) throw new ProblemError('invalid-document-id', 404, 'the path names no document id')
  return id
}

function summaryOf(record: DocumentRecord, people: readonly Person[] = []): DocumentSummary {
  return {
    id: record.id,
    title: record.title,
    created: new Date(record.created).toISOString(),
    createdBy: record.createdBy,
    updated: new Date(record.updated).toISOString(),
    bytes: record.bytes,
    people: [...people],
  }
}

/** An id that is short enough to read out, and that nobody guesses. */
function randomDocumentId(): string {
  return randomBytes(10).toString('hex')
}
