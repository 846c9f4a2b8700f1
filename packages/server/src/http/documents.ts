import { randomBytes } from 'node:crypto'
import { type DocumentCatalog, type DocumentRecord, listParts } from '@weft/persistence'
import { isDocumentId, type Person } from '@weft/protocol'
import {
  documentPatchSchema,
  documentQuerySchema,
  type DocumentPage,
  type DocumentSummary,
  newDocumentSchema,
} from '@weft/protocol/http'
import { type Context, Hono } from 'hono'
import type { Identity } from '../auth/access.ts'
import { notFound, requireCreation, requireRole, visibleParts } from './access.ts'
import { ProblemError } from './problem.ts'
import { parse, readJson } from './request-body.ts'

/** What a request knows once it was let in. */
export interface EdgeEnvironment {
  Variables: { identity: Identity }
}

/** What the document routes need. */
export interface DocumentRoutesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly catalog: () => DocumentCatalog
  /** Who is in a document now. */
  readonly people: (document: string) => readonly Person[]
  readonly now: () => number
}

/** `/documents`: listing, creating, and what is known of one. */
export function documentRoutes({ catalog, people, now }: DocumentRoutesParts): Hono<EdgeEnvironment> {
  const summary = (record: DocumentRecord): DocumentSummary => ({
    id: record.id,
    title: record.title,
    created: new Date(record.created).toISOString(),
    createdBy: record.createdBy,
    updated: new Date(record.updated).toISOString(),
    bytes: record.bytes,
    people: [...people(record.id)],
  })

  const find = async (id: string): Promise<DocumentRecord> => {
    const record = await catalog().get(id)
    if (record === undefined) throw notFound(id)
    return record
  }

  return new Hono<EdgeEnvironment>()
    .get('/', async (context) => {
      const { order, limit, cursor, prefix = '' } = parse(documentQuerySchema, context.req.query())
      const listing = { order, limit, ...(cursor === undefined ? {} : { cursor }) }
      const page = await listParts(catalog(), listing, visibleParts(context.get('identity'), prefix))
      const { withdrawn } = context.get('identity')
      const shown = page.documents.filter(({ id }) => !withdrawn(id))
      const body: DocumentPage = { documents: shown.map(summary), next: page.next ?? null }
      return context.json(body)
    })
    .post('/', async (context) => {
      const body = parse(newDocumentSchema, await readJson(context))
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
      context.header('Location', `/api/v1/documents/${encodeURIComponent(id)}`)
      return context.json(summary(record), 201)
    })
    .get('/:id', async (context) => {
      const id = idOf(context)
      requireRole(context.get('identity'), id, 'read')
      return context.json(summary(await find(id)))
    })
    .patch('/:id', async (context) => {
      const id = idOf(context)
      requireRole(context.get('identity'), id, 'write')
      const { title } = parse(documentPatchSchema, await readJson(context))
      await catalog().setTitle(id, title, now())
      return context.json(summary(await find(id)))
    })
}

function idOf(context: Context): string {
  const id = context.req.param('id') ?? ''
  if (!isDocumentId(id)) throw new ProblemError('invalid-document-id', 404, 'the path names no document id')
  return id
}

/** An id that is short enough to read out, and that nobody guesses. */
function randomDocumentId(): string {
  return randomBytes(10).toString('hex')
}
