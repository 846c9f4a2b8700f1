import type { DocumentCatalog } from '@weft/persistence'
import { type Verification, verificationSchema } from '@weft/protocol/http'
import { Hono } from 'hono'
import { requireAdmin } from './document-admin.ts'
import { describeRoute } from './reference/describe-route.ts'
import { type EdgeEnvironment, idOf } from './requests.ts'

/** What the route of verifications needs. */
export interface VerificationRoutesParts {
  readonly catalog: () => Pick<DocumentCatalog, 'creatorOf'>
  /** Compares what is kept of a document with what nodes hold of it. @throws StoreError, ContentError */
  readonly verify: (document: string) => Promise<Verification>
}

const verifying = {
  id: 'verifyDocument',
  summary: 'Compare a document’s log, its checkpoint and what nodes hold',
  text:
    'Every node that has it open saves what it can and says what it holds; the log is replayed from its checkpoint and compared ' +
    'with that. Nothing is changed. It reads all of the document, on each of these nodes, and looks again for some seconds at ' +
    'what does not agree: ask it of many documents one after the other.',
  needs: 'admin on the document',
  answers: { 200: verificationSchema },
  refuses: ['forbidden', 'not-found', 'deleted', 'trashed', 'overloaded', 'too-long'],
} as const

/** `/documents/{id}/verification`: whether what is kept and what is open of it agree. */
export function verificationRoutes({ catalog, verify }: VerificationRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().get('/:id/verification', describeRoute(verifying), async (context) => {
    const id = idOf(context)
    await requireAdmin(context.get('identity'), id, catalog)
    return context.json(await verify(id))
  })
}
