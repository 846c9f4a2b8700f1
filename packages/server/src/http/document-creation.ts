import { randomBytes } from 'node:crypto'
import {
  type DocumentBeginning,
  documentCopySchema,
  documentSummarySchema,
  newDocumentSchema,
} from '@weft/protocol/http'
import { type Context, Hono } from 'hono'
import { notFound, requireCreation } from './access.ts'
import { actorOf, documentFor, type LetIn } from './document-access.ts'
import type { DocumentContents } from './document-content.ts'
import { summaryOf } from './document-summary.ts'
import type { DocumentRoutesParts } from './documents.ts'
import { FileCopies, type FileCopiesParts } from './files/file-copies.ts'
import { entityTag } from './entity-tag.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import { type EdgeEnvironment, prefersMinimal } from './requests.ts'

/** What the routes that create documents need. */
export interface CreationRoutesParts extends DocumentRoutesParts, FileCopiesParts {
  readonly contents: DocumentContents
}

const created = {
  headers: { Prefer: '`return=minimal`: without a body.' },
  answers: { 201: documentSummarySchema },
  answerHeaders: { Location: 'The path of the new document.', ETag: 'Stands for its title.' },
} as const

const creation = {
  ...created,
  id: 'createDocument',
  summary: 'Create a document',
  text: 'An id that is taken, or was by a document that is deleted, is refused. With content it is answered once that is saved.',
  needs: 'write on the new id',
  body: newDocumentSchema,
  refuses: ['forbidden', 'already-exists', 'deleted', 'trashed', 'too-deep', 'too-long', 'overloaded'],
} as const

const copying = {
  ...created,
  id: 'copyDocument',
  summary: 'Copy a document',
  text: 'The copy holds all that the document holds at that moment, its files too, not who wrote it. Where its content has the `path` of a file, that is the copy’s own. It is answered once it is saved.',
  needs: 'read on the document, write on the id of the copy',
  body: documentCopySchema,
  refuses: [
    'forbidden',
    'not-found',
    'already-exists',
    'deleted',
    'trashed',
    'corrupt',
    'too-deep',
    'too-long',
    'overloaded',
  ],
} as const

/** `POST /documents` and `/documents/{id}/copy`. */
export function creationRoutes({ catalog, people, contents, files, now }: CreationRoutesParts): Hono<EdgeEnvironment> {
  const copies = new FileCopies({ files, now })

  const create = async (context: LetIn, { id, title = '' }: DocumentBeginning & { id: string }): Promise<void> => {
    const made = await catalog().create({ id, title, createdBy: actorOf(context), at: now() })
    if (!made) throw new ProblemError('already-exists', 409, `document ${id} exists already`)
  }

  const answer = async (context: Context, id: string): Promise<Response> => {
    const record = await catalog().get(id)
    if (record === undefined) throw new ProblemError('deleted', 410, `document ${id} was deleted meanwhile`)
    context.header('ETag', entityTag(record))
    context.header('Location', `/api/v1/documents/${encodeURIComponent(id)}`)
    if (prefersMinimal(context)) return context.body(null, 201)
    return context.json(summaryOf(record, (await people([id])).get(id)), 201)
  }

  return new Hono<EdgeEnvironment>()
    .post('/', describeRoute(creation), async (context) => {
      const { id = randomDocumentId(), title, content, format } = await context.var.asked.body()
      requireCreation(context.get('identity'), id)
      // Before anything is made: what cannot be read leaves no empty document behind.
      const write = content === undefined ? undefined : await contents.draft({ content, format, mode: 'replace' })
      await create(context, { id, title })
      context.set('acted', { document: id })
      if (write !== undefined) await contents.update(id, write, actorOf(context))
      return await answer(context, id)
    })
    .post('/:id/copy', describeRoute(copying), async (context) => {
      const from = documentFor(context, 'read')
      const { id = randomDocumentId(), title } = await context.var.asked.body()
      requireCreation(context.get('identity'), id)
      const source = await catalog().get(from)
      if (source === undefined) throw notFound(from)
      await create(context, { id, title: title ?? source.title })
      context.set('acted', { target: id })
      const actor = actorOf(context)
      await contents.copy(from, id, actor, () => copies.copy(from, id, actor))
      return await answer(context, id)
    })
}

/** An id that is short enough to read out, and that nobody guesses. */
function randomDocumentId(): string {
  return randomBytes(10).toString('hex')
}
