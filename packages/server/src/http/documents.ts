import { type DocumentCatalog, type DocumentRecord, listParts } from '@weft/persistence'
import type { Person } from '@weft/protocol'
import {
  documentPatchSchema,
  documentQuerySchema,
  documentPageSchema,
  documentSummarySchema,
  type DocumentPage,
  type DocumentSummary,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import { notFound, visibleParts } from './access.ts'
import { documentFor } from './document-access.ts'
import { summaryOf } from './document-summary.ts'
import { entityTag, meetsIfMatch } from './entity-tag.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import { type EdgeEnvironment, prefersMinimal } from './requests.ts'

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

const tag = { ETag: 'Stands for the title: writing in the document does not change it.' }

const showing = {
  id: 'showDocument',
  summary: 'Show a document',
  needs: 'read on the document',
  answers: { 200: documentSummarySchema },
  answerHeaders: tag,
  refuses: ['not-found'],
} as const

const renaming = {
  id: 'changeDocument',
  summary: 'Change a document’s title',
  needs: 'write on the document',
  body: documentPatchSchema,
  headers: {
    'If-Match': 'An `ETag`: refused where somebody changed the title meanwhile.',
    Prefer: '`return=minimal`: without a body.',
  },
  answers: { 200: documentSummarySchema, 204: 'With `Prefer: return=minimal`.' },
  answerHeaders: tag,
  refuses: ['forbidden', 'not-found', 'deleted', 'trashed', 'changed'],
} as const

/** `/documents`: listing, and what is known of one. */
export function documentRoutes({ catalog, people, now }: DocumentRoutesParts): Hono<EdgeEnvironment> {
  const summary = async (record: DocumentRecord): Promise<DocumentSummary> =>
    summaryOf(record, (await people([record.id])).get(record.id))

  const find = async (id: string): Promise<DocumentRecord> => {
    const record = await catalog().get(id)
    if (record === undefined) throw notFound(id)
    return record
  }

  const renameMatching = async (ifMatch: string, record: DocumentRecord, title: string): Promise<void> => {
    // The store compares once more: somebody may be faster than this.
    const matches = meetsIfMatch(ifMatch, record) && (await catalog().setTitle(record.id, title, now(), record.title))
    if (!matches) throw new ProblemError('changed', 412, `document ${record.id} was changed meanwhile: read it again`)
  }

  return new Hono<EdgeEnvironment>()
    .get('/', describeRoute(listing), async (context) => {
      const { order, limit, q = '', cursor, prefix = '' } = context.var.asked.query()
      const wanted = { order, limit, q, ...(cursor === undefined ? {} : { cursor }) }
      const page = await listParts(catalog(), wanted, visibleParts(context.get('identity'), prefix))
      const { withdrawn } = context.get('identity')
      const shown = page.documents.filter(({ id }) => !withdrawn(id))
      const found = await people(shown.map(({ id }) => id))
      const documents = shown.map((record) => summaryOf(record, found.get(record.id)))
      const body: DocumentPage = { documents, next: page.next ?? null }
      return context.json(body)
    })
    .get('/:id', describeRoute(showing), async (context) => {
      const record = await find(documentFor(context, 'read'))
      context.header('ETag', entityTag(record))
      return context.json(await summary(record))
    })
    .patch('/:id', describeRoute(renaming), async (context) => {
      const id = documentFor(context, 'write')
      const { title } = await context.var.asked.body()
      const ifMatch = context.req.header('if-match')
      if (ifMatch === undefined) await catalog().setTitle(id, title, now())
      else await renameMatching(ifMatch, await find(id), title)
      const record = await find(id)
      context.header('ETag', entityTag(record))
      return prefersMinimal(context) ? context.body(null, 204) : context.json(await summary(record))
    })
}
