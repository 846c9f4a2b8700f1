import { type DocumentCatalog, DocumentDeletedError, DocumentTrashedError, type StoreError } from '@weft/persistence'
import {
  removalQuerySchema,
  type TrashDocumentPage,
  trashDocumentPageSchema,
  trashQuerySchema,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import { documentFor, maySee } from './document-access.ts'
import { requireAdmin } from './document-admin.ts'
import { describeRoute } from './reference/describe-route.ts'
import type { EdgeEnvironment } from './requests.ts'

/** What the routes of the trash need. */
export interface RemovalRoutesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly catalog: () => DocumentCatalog
  /** Tells who has a document open here that it is gone. */
  readonly ended: (document: string, error: StoreError) => void
  /** How long documents stay in the trash, in milliseconds; undefined for ever. */
  readonly trashRetention: number | undefined
  readonly now: () => number
}

const removal = {
  id: 'removeDocument',
  summary: 'Put a document into the trash, or erase it',
  text: 'Who has it open is told and disconnected. One that is in the trash counts as deleted until it is restored; its id stays taken.',
  needs: 'write on the document, to erase it admin',
  query: removalQuerySchema,
  answers: { 204: 'It is in the trash, or erased.' },
  refuses: ['forbidden', 'not-found', 'deleted', 'trashed'],
} as const

const restoring = {
  id: 'restoreDocument',
  summary: 'Take a document out of the trash',
  text: 'It is as it was. One that is not in the trash stays as it is.',
  needs: 'write on the document',
  answers: { 204: 'It is there.' },
  refuses: ['forbidden', 'not-found', 'deleted'],
} as const

const listingTrash = {
  id: 'listTrash',
  summary: 'List what is in the trash',
  text: 'Of what one’s access covers. What has been there for longest comes first.',
  needs: 'any token',
  query: trashQuerySchema,
  answers: { 200: trashDocumentPageSchema },
  refuses: ['invalid-cursor'],
} as const

/** `DELETE /documents/{id}`, which puts into the trash or erases, and `/documents/{id}/restore`. */
export function removalRoutes({ catalog, ended, now }: RemovalRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>()
    .delete('/:id', describeRoute(removal), async (context) => {
      const { forever } = context.var.asked.query()
      const id = documentFor(context, 'write')
      if (forever) await requireAdmin(context.get('identity'), id, catalog)
      if (forever) await catalog().delete(id, now())
      else await catalog().trash(id, now())
      ended(id, forever ? new DocumentDeletedError(id) : new DocumentTrashedError(id))
      return context.body(null, 204)
    })
    .post('/:id/restore', describeRoute(restoring), async (context) => {
      const id = documentFor(context, 'write')
      await catalog().restore(id)
      return context.body(null, 204)
    })
}

/** `/trash`: what is in it, what will be erased next first. */
export function trashRoutes({ catalog, trashRetention }: RemovalRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().get('/', describeRoute(listingTrash), async (context) => {
    const { limit, prefix, cursor } = context.var.asked.query()
    const page = await catalog().listTrash({
      limit,
      ...(prefix === undefined ? {} : { prefix }),
      ...(cursor === undefined ? {} : { cursor }),
    })
    const body: TrashDocumentPage = {
      documents: page.documents
        .filter(({ id }) => maySee(context, id))
        .map(({ id, title, created, createdBy, updated, bytes, trashed }) => ({
          id,
          title,
          created: new Date(created).toISOString(),
          createdBy,
          updated: new Date(updated).toISOString(),
          bytes,
          trashed: new Date(trashed).toISOString(),
          erased: trashRetention === undefined ? null : new Date(trashed + trashRetention).toISOString(),
        })),
      next: page.next ?? null,
    }
    return context.json(body)
  })
}
